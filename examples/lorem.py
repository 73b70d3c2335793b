"""The words that the streaming examples draw from."""

TEXT = """
Lorem ipsum dolor sit amet, ullum phaedrum in est, sit viris dissentiunt eu. Ad qui aperiri senserit
necessitatibus. In ferri persius vel, te option saperet pertinacia sit. At duis nulla zril per. Alienum
accumsan qui ei, at quem constituto pri, ei facer libris cum. Doctus integre blandit pri an, quas
intellegam quaerendum eu per.
"""
LOREM = TEXT.split()

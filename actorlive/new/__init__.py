"""`actorlive new`: an application to grow. `full` and `bare` hold the files that it begins with, as they are."""

"""Forms: data with its errors, what browsers send converted to declared types, and the validation of both.

Needs no view: a form may be validated in a script, and shown by any template.
"""

from actorlive.forms.conversion import FieldErrors
from actorlive.forms.form import Field, Form, FormError, to_form, used_input
from actorlive.forms.misfits import Misfit
from actorlive.forms.params import sort_and_drop
from actorlive.forms.scalars import UnsupportedType
from actorlive.forms.validate import validate

__all__ = [
    "Field",
    "FieldErrors",
    "Form",
    "FormError",
    "Misfit",
    "UnsupportedType",
    "sort_and_drop",
    "to_form",
    "used_input",
    "validate",
]

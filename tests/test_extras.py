"""Optional packages: imported late, and named where they are missing."""
import json

import pytest

from vsc_tf import extras


def test_a_module_that_is_there_is_returned():
    assert extras.load("json", "json", "This") is json


def test_one_that_is_missing_is_named_with_the_command():
    with pytest.raises(ImportError, match=r"This needs some-package==1\.\*, which is not "
                                          r"installed.*pip install 'some-package==1\.\*'"):
        extras.load("no_such_module", "some-package==1.*", "This")

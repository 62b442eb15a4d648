"""The accelerometer's error as the clip keeps it, takes it off and finds it: the same in every VM."""

SAID = """\
same True True
wrong True 0
wrong True 0
wrong True 0
another True 0
unsaved False
fields [('poses', 2), ('x_offset_mg', -12), ('x_scale_permille', 0), ('y_offset_mg', 48), ('y_scale_permille', 3), \
('z_offset_mg', 77), ('z_scale_permille', -7)]
off [1049, 4092, -2331, 1, 2, 3, 32767, -32768, 32760, 4, 5, 6]
fit [0, 49, 78, 0, 1, 2] None None
"""


def test_what_is_kept_taken_off_and_found(run_script):
    assert run_script("poses.py") == SAID

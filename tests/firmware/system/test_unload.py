"""Modules that are needed rarely are given back to the heap, and leave nothing of them behind."""


def test_a_package_goes_with_the_last_of_its_modules(run_script):
    assert run_script("unloading.py").splitlines() == [
        "['motion', 'motion.nod', 'motion.vectors']",
        "['motion', 'motion.vectors'] False",
        "[]",
        "['motion', 'motion.vectors'] True",
    ]

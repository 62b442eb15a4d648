"""Run by test_enclosure_cad.py in the Python that has build123d: each judge of the printed parts sees its fault.

Prints one line a judge: its name and what it found. An assertion that fails ends it.
"""

import sys

from build123d import Box, Cylinder, Location, Pos

from hardware.enclosure import collisions, model, printing

WALL_MM = 0.8


def found(name, shape):
    """Faults of a shape that stands on the bed as it is."""
    return list(printing.faults(name, printing.mesh_of(shape), WALL_MM))


def a_cube_is_well():
    return found("cube", Pos(0, 0, 5) * Box(10, 10, 10)), None


def a_thin_wall():
    return found("plate", Pos(0, 0, 5) * Box(10, 0.5, 10)), "a wall of 0.50 mm"


def a_thin_wall_beside_a_hole():
    return found("tube", Pos(0, 0, 5) * (Cylinder(5, 10) - Cylinder(4.5, 10))), "a wall of 0.5"


def a_roof_on_one_post():
    return found(
        "T", Pos(0, 0, 5) * Box(4, 4, 10) + Pos(0, 0, 11) * Box(20, 10, 2)
    ), "hangs in the air"


def a_roof_on_two_posts():
    posts = Pos(-7, 0, 5) * Box(4, 10, 10) + Pos(7, 0, 5) * Box(4, 10, 10)
    return found("bridge", posts + Pos(0, 0, 11) * Box(18, 10, 2)), None


def a_long_bridge():
    posts = Pos(-12, 0, 5) * Box(4, 10, 10) + Pos(12, 0, 5) * Box(4, 10, 10)
    return found("long bridge", posts + Pos(0, 0, 11) * Box(28, 20, 2)), "hangs in the air"


def two_bodies():
    return found(
        "two", Pos(0, 0, 5) * Box(5, 5, 10) + Pos(20, 0, 5) * Box(5, 5, 10)
    ), "2 separate bodies"


def an_open_mesh():
    mesh = printing.mesh_of(Pos(0, 0, 5) * Box(10, 10, 10))
    mesh.update_faces([True] * (len(mesh.faces) - 1) + [False])
    return list(printing.faults("open", mesh, WALL_MM)), "the mesh is not closed"


def parts_in_each_others_place():
    case = model.Case()
    shelf = model.shelf(case)
    moved = model.Printed("shelf", Pos(0, 0, 1.5) * shelf.shape, shelf.to_bed)
    return collisions.faults(case, [moved]), "shelf and U1 are in each other's place"


def a_back_that_cannot_swing_shut():
    case = model.Case()
    long = model.Printed("collar back", Pos(-0.4, 0, 0) * model.collar_back(case).shape, Location())
    return collisions.ways(
        case, [model.cover(case), model.shelf(case), long]
    ), "the collar back swings shut"


JUDGES = (
    a_cube_is_well,
    a_thin_wall,
    a_thin_wall_beside_a_hole,
    a_roof_on_one_post,
    a_roof_on_two_posts,
    a_long_bridge,
    two_bodies,
    an_open_mesh,
    parts_in_each_others_place,
    a_back_that_cannot_swing_shut,
)


def main():
    for judge in JUDGES:
        faults, said = judge()
        assert (said is None and not faults) or (said and any(said in each for each in faults)), (
            judge.__name__,
            faults,
        )
        print(judge.__name__, faults)
    return 0


if __name__ == "__main__":
    sys.exit(main())

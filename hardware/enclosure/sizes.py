"""Every size of the enclosure that a person chose, in millimetres. What follows from them stands beside them.

The frame: x runs along the clip from the switch (−) to the USB port (+), y across it, z from the wearer (0) outwards.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """The case. The parts' own sizes come from the parts list (`parts.py`)."""

    # What the outside may be at most. The tongue lies behind the collar, the hooks around a band.
    case_limit_mm: tuple[float, float, float] = (40.0, 28.0, 14.0)
    collar_limit_mm: float = 15.0
    headband_limit_mm: float = 16.0

    length_mm: float = 40.0
    width_mm: float = 28.0
    wall_mm: float = 1.2
    top_mm: float = 1.0
    plate_mm: float = 1.0  # of the back, towards the wearer
    shelf_mm: float = 0.8
    corner_mm: float = 3.0  # radius of the upright edges
    inner_corner_mm: float = 0.9  # radius inside: the board has square corners
    edge_mm: float = 1.0  # bevel of the upper edges: 45°, so that it prints on the bed
    skin_edge_mm: float = 0.4  # radius of the edges towards the wearer

    swell_mm: float = 1.0  # room above the cell: a pouch grows in thickness with age
    cell_gap_mm: float = 0.5  # at its edges, which do not grow
    wire_way_mm: tuple[float, float] = (
        1.1,
        2.2,
    )  # the shelf's notch for the cell's wires: too small for their knot
    press_mm: float = (
        10.0  # length of the cover's rib that holds the shelf down and takes the push of a USB plug
    )
    fence_mm: tuple[float, float] = (
        0.8,
        1.0,
    )  # width and height of the shelf's wall that the sensor lies against
    under_board_mm: float = 0.7  # room for the wires on the board's lower side
    over_board_mm: float = 0.2
    glue_mm: float = 0.1  # between the motor and the wall
    gap_mm: float = 0.2  # between two printed parts
    part_gap_mm: float = 0.25  # between a bought part and a printed one
    press_gap_mm: float = 0.3  # behind the board, which swings in with its socket first

    bar_mm: float = 4.4  # the back's bar that carries the shelf and takes the screw
    bar_lean_mm: float = 0.5  # its outer face leans inwards, so that the back swings in
    swing_mm: float = 0.4  # the back's way past the motor, more than a part's gap
    rib_mm: float = 0.8  # the back's rib below the USB port that carries the shelf
    screw_y_mm: float = -6.0  # in the end wall beside the switch, away from the wearer's skin
    screw_z_mm: float = 4.0
    screw_mm: float = 2.0  # M2 x 5, countersunk
    screw_head_mm: float = 4.0
    screw_length_mm: float = 5.0
    screw_core_mm: float = 1.6  # hole that the screw cuts its thread into
    screw_free_mm: float = 2.4  # hole that it passes

    tongue_mm: float = 1.2
    tongue_gap_mm: float = 0.4  # between tongue and back: what closes it is the bead
    tongue_root_mm: float = 3.0
    tongue_tip_x_mm: float = 15.0
    bead_x_mm: float = 12.0  # middle of the bead, which touches the back at rest
    bead_mm: float = 2.4  # its length
    tip_bevel_mm: float = 6.0  # of the tongue's two corners

    band_mm: float = 1.0  # thickness of the headband that the hooks hold
    hook_mm: float = 1.2
    hook_mouth_mm: float = 16.0  # between the two hooks: the band goes in and out here

    tab_mm: float = 8.0  # width of the back's tab in the cover's slot, below the USB port
    tab_thick_mm: float = 1.0
    tab_z_mm: float = 4.0  # its lower face: about half way up, so that the back swings in without touching the ends
    tab_out_mm: float = 1.0  # beyond the rib

    usb_width_mm: float = 8.94  # of the socket's shell (USB Type-C specification)
    usb_height_mm: float = 3.26
    window_mm: float = (
        0.4  # what the cover is thinned to over the board's light: two layers that shine through
    )
    window_size_mm: tuple[float, float] = (3.0, 14.0)
    lever_mm: tuple[float, float] = (4.5, 1.6)  # the switch's opening
    button_mm: tuple[float, float] = (9.0, 5.0)  # the cover's tongue over the button
    slit_mm: float = 0.5
    nub_mm: float = 2.4  # diameter of what presses the button
    play_mm: float = 0.2  # between the nub and the button at rest

    @property
    def inner_length_mm(self) -> float:
        """Between the end walls."""
        return self.length_mm - 2 * self.wall_mm

    @property
    def inner_width_mm(self) -> float:
        """Between the side walls."""
        return self.width_mm - 2 * self.wall_mm

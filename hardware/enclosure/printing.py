"""Can it be printed? Each part's mesh as it lies on the bed: closed, no thin wall, nothing that hangs in the air."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import trimesh
from build123d import Part

TOLERANCE_MM, TOLERANCE_RAD = 0.02, 0.1  # of the mesh to the shape
STEEP = (
    -np.cos(np.radians(45.0)) - 1e-3
)  # a face that looks down more than this needs something below it
LEDGE_MM = 0.6  # hangs over by less than two lines: prints
BRIDGE_MM = 12.0  # between two supports: prints
_WALL_SAMPLES = 4000


@dataclass(frozen=True)
class Hanging:
    """A face that looks down, off the bed: its middle, and its two extents."""

    middle_mm: tuple[float, float, float]
    extents_mm: tuple[float, float]


def mesh_of(shape: Part) -> trimesh.Trimesh:
    """The shape as triangles, its corners joined."""
    corners, faces = shape.tessellate(TOLERANCE_MM, TOLERANCE_RAD)
    mesh = trimesh.Trimesh([tuple(corner) for corner in corners], faces)
    mesh.merge_vertices(digits_vertex=5)
    mesh.update_faces(mesh.nondegenerate_faces())
    return mesh


def hanging(mesh: trimesh.Trimesh) -> list[Hanging]:
    """Faces that would be printed into the air: no bed, no ledge, and no bridge between two supports."""
    down = (mesh.face_normals[:, 2] < STEEP) & (mesh.triangles[:, :, 2].min(axis=1) > 0.05)
    pairs = mesh.face_adjacency[down[mesh.face_adjacency].all(axis=1)]
    groups = trimesh.graph.connected_components(pairs, nodes=np.flatnonzero(down), min_len=1)
    return [found for group in groups if (found := _in_the_air(mesh, group)) is not None]


def _in_the_air(mesh: trimesh.Trimesh, group: np.ndarray) -> Hanging | None:
    """The group as a hanging face; None if it prints all the same."""
    points = mesh.triangles[group].reshape(-1, 3)
    low, high = points.min(axis=0), points.max(axis=0)
    extents = high - low
    if min(extents[:2]) <= LEDGE_MM or _bridged(mesh, low, high):
        return None
    x, y, z = ((low + high) / 2).tolist()
    return Hanging((x, y, z), (float(extents[0]), float(extents[1])))


def _bridged(mesh: trimesh.Trimesh, low: np.ndarray, high: np.ndarray) -> bool:
    """True if material stands below on two opposite sides, close enough to each other."""
    middle = (low + high) / 2
    for axis in (0, 1):
        if high[axis] - low[axis] > BRIDGE_MM:
            continue
        beside = np.array([middle, middle])
        beside[:, axis] = (low[axis] - 0.1, high[axis] + 0.1)
        beside[:, 2] = low[2] - 0.1
        if mesh.contains(beside).all():
            return True
    return False


def least_wall_mm(mesh: trimesh.Trimesh, seed: int = 0) -> float:
    """Least way through the material between two faces that look away from each other, over evenly spread points.

    Wedges at bevels are no walls: the two faces must be parallel to within 25°.
    """
    points, faces = trimesh.sample.sample_surface(mesh, _WALL_SAMPLES, seed=seed)[:2]
    normals = mesh.face_normals[faces]
    starts = points - normals * 1e-3
    ends, rays, hit = mesh.ray.intersects_location(starts, -normals, multiple_hits=False)
    opposite = np.einsum("ij,ij->i", mesh.face_normals[hit], normals[rays]) < -0.9
    ways = np.linalg.norm(ends - starts[rays], axis=1)[opposite]
    return float(ways.min())


def faults(name: str, mesh: trimesh.Trimesh, wall_mm: float) -> Iterable[str]:
    """What keeps the part from being printed well."""
    if not mesh.is_watertight or not mesh.is_winding_consistent:
        yield f"{name}: the mesh is not closed"
        return
    if mesh.body_count != 1:
        yield f"{name}: {mesh.body_count} separate bodies"
    if (thin := least_wall_mm(mesh)) < wall_mm - 0.02:
        yield f"{name}: a wall of {thin:.2f} mm, below {wall_mm} mm"
    for each in hanging(mesh):
        place = ", ".join(f"{value:.1f}" for value in each.middle_mm)
        yield f"{name}: hangs in the air at ({place}), {each.extents_mm[0]:.1f} x {each.extents_mm[1]:.1f} mm"

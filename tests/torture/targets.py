"""The fuzz targets: each takes any bytes and raises nothing; what it finds wrong is an AssertionError, or escapes."""

from collections.abc import Callable
from dataclasses import dataclass

from . import targets_clip, targets_host, targets_recordings, targets_service, targets_wire


@dataclass(frozen=True)
class Target:
    """`run` raises when something is wrong. `seeds`: real data to begin with. `most`: bytes worth trying."""

    name: str
    share: float  # of the fuzzing time
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    most: int


TARGETS = {
    target.name: target
    for target in (
        Target("wire", 8, targets_wire.wire, targets_wire.wire_seeds, 2048),
        Target("records", 4, targets_wire.records, targets_wire.record_seeds, 1024),
        Target("client", 14, targets_wire.client, targets_wire.client_seeds, 2048),
        Target("service", 18, targets_service.service, targets_service.service_seeds, 1024),
        Target("log", 18, targets_clip.log_folder, targets_clip.log_seeds, 256),
        Target("blobs", 8, targets_clip.blobs, targets_clip.blob_seeds, 256),
        Target("imports", 14, targets_host.imports, targets_host.import_seeds, 4096),
        Target("plan", 10, targets_host.plan, targets_host.plan_seeds, 4096),
        Target("trace", 6, targets_host.trace, targets_host.trace_seeds, 4096),
        Target(
            "recording", 6, targets_recordings.recording, targets_recordings.recording_seeds, 8192
        ),
    )
}

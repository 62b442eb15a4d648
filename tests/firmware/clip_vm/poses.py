# Runs in the VM: what is known of an accelerometer, kept and read again; and a fit that the VMs must agree on.
from array import array

from motion import poses
from motion.accelerometer import NONE, Accelerometer, take_off

one = Accelerometer()
one.error = (-12, 48, 77, 0, 3, -7)
one.poses = array("h", (0, 1050, 80, 10, 900, 600))
data = poses.dump(one, "mpu6050")
other = Accelerometer()
poses.load(other, data, "mpu6050")
print("same", other.error == one.error, list(other.poses) == list(one.poses))
for wrong in (None, b"", data[:-1]):
    poses.load(other, wrong, "mpu6050")
    print("wrong", other.error is NONE, len(other.poses))
poses.load(other, data, "lsm6dsox")
print("another", other.error is NONE, len(other.poses))
print("unsaved", one.unsaved)
print("fields", sorted(poses.fields(one).items()))

samples = array("h", (1000, 4300, -2000, 1, 2, 3, 32767, -32768, 32760, 4, 5, 6))
take_off(
    samples, 2, array("i", (32768 - 49, 32768 + 196, 32768 + 315, 32768, 32768 + 98, 32768 - 229))
)
print("off", list(samples))
bends = [
    v for y, z in ((1050, 80), (1016, 339), (916, 580), (757, 787), (550, 946)) for v in (0, y, z)
]
print("fit", poses.fit(bends), poses.fit(bends[:12]), poses.fit([0, 1000, 0] * 6))

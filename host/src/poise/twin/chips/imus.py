"""The twin's IMUs by the name of the firmware's driver."""

from . import icm42688, lsm6dsox, mpu6050
from .imu import ImuChip

CHIPS: dict[str, type[ImuChip]] = {
    "lsm6dsox": lsm6dsox.Lsm6dsox,
    "icm42688": icm42688.Icm42688,
    "mpu6050": mpu6050.Mpu6050,
}
ADDRESSES = {
    "lsm6dsox": lsm6dsox.ADDRESS,
    "icm42688": icm42688.ADDRESS,
    "mpu6050": mpu6050.ADDRESS,
}

"""Names of the slots in the attitude kernel's two int32 arrays, STATE and COEFF.

Q formats, ranges and bounds: docstring of `motion.kernels`. The kernel repeats the few numbers it
needs (MicroPython folds `const` only inside one file); a test compares them with these.
"""

from micropython import const

# STATE: what the filter carries from sample to sample. Vectors are x, y, z in the sensor frame.
GRAVITY = const(0)  # low-passed specific force
SLOPE = const(3)  # its rate of change, in units of g times the filter's corner frequency
RESIDUE = const(6)  # rotation that was too small to apply yet
BIAS = const(9)  # gyroscope bias
MEAN = const(12)  # slow mean of the rate, bias included, for rest detection
ROTATION = const(15)  # integrated rotation about up
COUNT = const(16)  # samples since start, stops at START_SAMPLES
REST = const(17)  # samples since rest began, 0 when not at rest

# STATE: results of a burst.
UP = const(18)  # unit up vector in the sensor frame
FLEXION_CDEG = const(21)
LATERAL_CDEG = const(22)
INCLINATION_CDEG = const(23)
ROTATION_CDEG = const(24)
GYRO_RMS_CDPS = const(25)
ACC_DEVIATION_MG = const(26)
ACC_NORM_MG = const(27)
FLAGS = const(28)  # FLAG_* of this burst
SATURATED = const(29)  # saturated samples since start

# STATE: sums over a burst, from `attitude_burst` to `attitude_outputs`.
SUM_RATE = const(30)
SUM_ACC = const(33)
SUM_RATE_SQUARE = const(36)
SUM_DEVIATION = const(37)
SAMPLES = const(38)
CORDIC = const(39)  # x, y of flexion, lateral, inclination
STATE_SLOTS = const(45)

# COEFF: from `motion.design`.
GYRO_GAIN = const(0)
ACC_GAIN = const(1)
ACC_SHIFT = const(2)
FILTER_GAIN = const(3)
FILTER_SHIFT = const(4)
START_SAMPLES = const(5)
ANGLE_SHIFT = const(6)  # rotation per sample squared to Q16
CROSS_SHIFT = const(7)  # first cross product to the vector's Q27
CROSS2_SHIFT = const(8)  # second cross product to Q27; also rotation to Q13
TURN = const(9)  # a full turn in the unit of ROTATION
RMS_GAIN = const(10)
RMS_SHIFT = const(11)
REST_SAMPLES = const(12)
REST_VARIANCE = const(13)
REST_DRIFT = const(14)
REST_DEVIATION_MG = const(15)
BIAS_LIMIT = const(16)
BIAS_GAIN = const(17)
BIAS_SHIFT = const(18)
REFERENCE = const(19)  # right, forward, up of the wearer's zero in the sensor frame: 9 x Q14
ATAN = const(28)  # 16 angles of the CORDIC
COEFF_SLOTS = const(44)

# FLAGS
FLAG_ACC_SATURATED = const(1)
FLAG_GYRO_SATURATED = const(2)
FLAG_NO_GRAVITY = const(4)  # the low-passed force is under 0.1 g: UP is the last valid one
FLAG_CLAMPED = const(8)  # the filter met its bound of 4 g

MAX_BURST = const(32)  # samples in one call

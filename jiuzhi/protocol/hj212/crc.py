"""The checksum of HJ 212-2017 appendix A. It is not the CRC-16 of Modbus: the register is shifted by a byte before the data byte comes in."""


def _eight_steps(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


_TABLE = tuple(_eight_steps(n) for n in range(256))


def _powers() -> tuple[tuple[int, ...], ...]:
    """The map from one register's high byte to the next, repeated 0 to 7 times; the eighth time it is the identity again."""
    found = [tuple(range(256))]
    for _ in range(7):
        found.append(tuple(_TABLE[n] >> 8 for n in found[-1]))
    return tuple(found)


_POWERS = _powers()


def crc16(data: bytes) -> int:
    """The checksum of a data segment, 0 to 0xFFFF; it is written as four hexadecimal digits. Source: HJ 212-2017 appendix A.

    Only the register's high byte reaches the next step, through a map that is linear and after eight bytes the identity. So bytes eight
    apart may be XORed first: a few operations on long integers instead of one per byte. That also says how weak this checksum is — two
    bytes eight apart can be exchanged unseen — and why every value is checked again behind it.
    """
    if not data:
        return 0xFFFF
    body, last = bytearray(data[:-1]), data[-1]
    if not body:
        return _TABLE[0xFF ^ last]
    body[0] ^= 0xFF
    words = (len(body) + 7) // 8
    folded = int.from_bytes(body, "big")
    while words > 1:
        half = words // 2
        folded = (folded >> 64 * half) ^ (folded & ((1 << 64 * half) - 1))
        words -= half
    high = 0
    for at, byte in enumerate(folded.to_bytes(8, "big")):
        high ^= _POWERS[(8 - at) % 8][byte]
    return _TABLE[high ^ last]

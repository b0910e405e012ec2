"""COCO's compressed run lengths, as the program's masks travel."""


def lengths(text):
    """Of background and foreground in turn, columns first: numbers as 5 bits a character, from the fourth on as differences to the one before last."""
    runs, at = [], 0
    while at < len(text):
        value, shift, more = 0, 0, True
        while more:
            code = ord(text[at]) - 48
            value |= (code & 31) << shift
            shift, at, more = shift + 5, at + 1, bool(code & 32)
        value -= 1 << shift if code & 16 else 0
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
    return runs


def spans(text):
    """Where the foreground begins and ends, as positions."""
    found, at = [], 0
    for index, length in enumerate(lengths(text)):
        if index % 2:
            found.append((at, at + length))
        at += length
    return found

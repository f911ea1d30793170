"""Tables and numbers as Markdown."""
import statistics


def table(header, rows):
    """A Markdown table; cells are text already."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in
                     [header, ["---"] * len(header), *rows])


def number(value, digits=3):
    """Rounded; empty for what was not measured."""
    return "" if value is None else f"{value:.{digits}f}"


def numbers(values, digits=3):
    return ", ".join(number(value, digits) for value in values)


def spread(values, digits=1):
    """Mean ± standard deviation over seeds, or the one value."""
    values = list(values)
    if len(values) == 1 or any(value is None for value in values):
        return number(values[0], digits)
    return f"{statistics.mean(values):.{digits}f} ± {statistics.stdev(values):.{digits}f}"


def seeds(names):
    """Seeds as people write them: "0 to 4", "3, 4", "0"."""
    found = sorted(int(name) for name in names)
    if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
        return f"{found[0]} to {found[-1]}"
    return ", ".join(map(str, found))

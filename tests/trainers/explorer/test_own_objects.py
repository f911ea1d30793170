"""Uploads and rows of tables on the page, in Chromium."""
import numpy as np
from PIL import Image

from tests.trainers.explorer.looking import WIDTHS, eventually, live_of, png, says, shows, upload
from trainers.explorer import rows


def test_uploads_good_and_bad(visit, faces):
    page = visit(faces, "?object=3")
    shows(page, "The object", faces.pictures.png(faces.test.x[3]))
    upload(page, "note.png", b"no picture")
    says(page, "note.png: expected a valid png, jpg, bmp, gif, webp or tiff image")
    upload(page, "bomb.png", png(Image.new("1", (6000, 6000))))
    says(page, "bomb.png: expected a picture of at most 25 million pixels")
    upload(page, "huge.png", b"x" * (5 * 2**20 + 1))
    says(page, "huge.png: expected a file of 1 byte to 5 MiB")
    face = Image.fromarray((255 * faces.test.x[5]).astype(np.uint8))
    upload(page, "me.png", png(face))  # The server goes on.
    says(page, "This is your upload.")
    shows(page, "The object", faces.pictures.png(faces.test.x[5]))
    eventually(page, lambda: "object=upload" in page.url)
    page.go_back()
    shows(page, "The object", faces.pictures.png(faces.test.x[3]))
    page.go_forward()
    shows(page, "The object", faces.pictures.png(faces.test.x[5]))
    eventually(page, lambda: not page.get_by_text("expected a file").is_visible())


@WIDTHS
def test_rows_of_a_table(visit, rows_of_a_table, width):
    explored = rows_of_a_table
    page = visit(explored, "?object=3", width)
    dim = live_of(explored, 3)[0]
    says(page, "This is test object 3, run.")
    says(page, "What the model misses most")
    page.get_by_role("switch", name=f"Feature {dim}", exact=True).click()
    says(page, "What your changes move most")
    z = explored.model.encode(explored.test.x[3:4]).z
    moved = z.copy()
    moved[0, dim] = 0
    change = explored.model.decode(moved)[0] - explored.model.decode(z)[0]
    most = int(np.argmax(np.abs(change)))
    page.get_by_role(
        "row", name=f"{explored.info.feature_names[most]} {change[most]:+.3f}").wait_for()
    upload(page, "row.csv", b"1, 2, 3")
    says(page, "row.csv: expected 12 numbers, the features of one object. Received: 3")
    upload(page, "row.csv", ",".join(map(str, explored.test.x[4])).encode())
    says(page, "This is your upload.")
    page.get_by_role("tab", name="Two objects").click()
    upload(page, "other.csv", b"1 2", "last")
    says(page, "other.csv: expected 12 numbers")
    page.get_by_role("tab", name="One feature").click()
    says(page, "Share of each class that has it on.")


def test_a_row_of_classes_and_missing_values_reads_as_a_table(visit, people):
    x = people.test.x
    row = int(np.isnan(x).any(axis=1).argmax())
    page = visit(people, f"?object={row}")
    listed = page.get_by_role("region", name="All values of the object")
    seen = rows.cells(people.look_at(x[row]).reconstruction, people.model.table)
    for name, cell, model in zip(people.model.table.column_names,
                                 rows.cells(x[row], people.model.table), seen):
        listed.get_by_role("row", name=f"{name} {cell} {model} {model}", exact=True).wait_for()
    assert "missing" in rows.cells(x[row], people.model.table)
    upload(page, "me.csv", b"colour,age,visits,smokes\ngrey,,2,yes\n")
    says(page, "This is your upload.")
    for name, cell in (("age", "missing"), ("colour", "grey"), ("smokes", "yes"), ("visits", "2")):
        listed.get_by_role("row", name=f"{name} {cell} ").wait_for()
    upload(page, "me.csv", b"colour,age,visits,smokes\npink,,2,yes\n")
    says(page, "me.csv: expected a table of one row with a header")
    says(page, "in column 'colour', as in the data that the model was fitted to. Received: 'pink'")

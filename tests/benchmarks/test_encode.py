"""The benchmark of bulk encoding measures what it says, on a few rows."""
import json

from benchmarks import encode


def test_a_small_run_writes_its_results(tmp_path, monkeypatch, capsys):
    def in_this_process(_, what, *command):
        *paths, _, batch_size = command
        function = {"loop": encode.loop, "pipeline": encode.pipeline}[what]
        return function(*paths[:2], batch_size, *paths[2:]), [100., 150., 152.]

    monkeypatch.setattr(encode, "measured", in_this_process)
    output = tmp_path / "encode.json"
    encode.main(["--rows", "3000", "--features", "12", "--latent-dim", "5", "--hidden", "8",
                 "--output", str(output)])
    result = json.loads(output.read_text())
    assert result["rows"] == 3000 and 0 < result["active_latents"] < 5
    assert min(result["rows_per_s"].values()) > 0 and result["parquet_mib"] > 0
    assert result["memory_mib"] == {
        "middle_third": 150, "last_third": 152, "samples": [100, 150, 152]}
    assert "of the loop" in capsys.readouterr().out

import json
import re
from pathlib import Path

import pytest
from benchmarks.million import Assumptions, Inputs, reckon
from benchmarks.rows import all_rows
from benchmarks.storm import Storm, backed_off, impatient, storm

from benchmarks import million

INPUTS = Inputs(10, 50, 1000, 100, 100, 4)


def test_nodes_and_shards_follow_from_the_figures() -> None:
    needs = reckon(INPUTS, Assumptions(connections=100_000, say_every=10, load=0.5))
    assert (needs.publications, needs.deliveries) == (10_000, 100_000)
    # 100,000 times 50 microseconds are 5 cores, half busy 10; 10,000 times 100 are one, so two.
    assert (needs.nodes, needs.shards) == (10, 2)
    assert needs.members_of_a_node == 10_000
    assert needs.node_mib == pytest.approx(97.66, abs=0.01)
    assert needs.shard_mib == pytest.approx(214.8, abs=0.1)
    assert needs.accepted_by_a_node == 1000


def test_each_figure_names_the_row_that_measures_it() -> None:
    document = json.loads(million.INPUTS.read_text())
    rows = {row.name for row in all_rows()}
    assert set(document["figures"]) == set(million.ROWS)
    for name, figure in document["figures"].items():
        assert figure["value"] > 0
        assert figure["command"] == f"make bench ONLY={million.ROWS[name]}"
        assert million.ROWS[name] in rows


def test_a_storm_is_the_same_each_time() -> None:
    one, same, other = (storm(Storm(2000, 500, 50, seed=seed)) for seed in (1, 1, 2))
    assert one == same
    assert one.served != other.served


def test_everybody_comes_back_as_fast_as_the_nodes_take_them() -> None:
    played = storm(Storm(5000, 1000, 100))
    assert sum(played.served) == 5000
    assert played.peak_served <= 1000 + 100
    assert played.back(0.5) < played.back(1.0) < float("inf")
    assert played.back(1.0) >= 5000 / 1000


def test_nobody_waits_where_there_is_room_for_all() -> None:
    played = storm(Storm(100, 10_000, 1000))
    assert played.attempts == 100
    assert played.back(1.0) <= 0.55


def test_pauses_that_grow_and_vary_cost_fewer_attempts_than_those_that_do_not() -> None:
    wise, hasty = (
        storm(Storm(10_000, 200, 20, pauses=pauses)) for pauses in (backed_off, impatient)
    )
    assert wise.attempts < hasty.attempts / 2
    assert wise.back(1.0) < hasty.back(1.0)


@pytest.mark.parametrize("page", ["million.md", "million.zh-CN.md"])
def test_the_page_has_the_figures_that_were_measured(page: str) -> None:
    text = (Path(million.__file__).parents[1] / "docs" / page).read_text()
    document = json.loads(million.INPUTS.read_text())
    for name, figure in document["figures"].items():
        row = re.search(rf"`{million.ROWS[name]}`.*?\| ([\d.,]+) ", text)
        assert row is not None, name
        assert float(row[1].replace(",", "")) == figure["value"]
    inputs, assumed = million.read_inputs(), Assumptions()
    needs = reckon(inputs, assumed)
    for figure in (needs.nodes, needs.shards, needs.members_of_a_node):
        assert f"{figure:,}" in text

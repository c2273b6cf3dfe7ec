import re

import numpy as np
import pytest

from needlebook.experiments.intervals import mean_interval
from needlebook.experiments.momentum import (
    after_bad_gradients,
    impulse,
    largest_step,
    look_ahead,
    nesterov_difference,
    network_loss,
    steps_by_look_ahead,
    turns,
    warm_up,
)
from needlebook.experiments.momentum_demo import (
    SCRIPT,
    MomentumDemo,
    on_map,
    valley_path,
)
from needlebook.experiments.quadratics import (
    best_gradient_descent,
    best_momentum,
    descend,
    rotated,
    spectrum,
    steps_until,
)
from needlebook.experiments.reparametrised import largest_difference
from needlebook.optim import SGD

pytestmark = pytest.mark.since("6")
EVERYWHERE = np.ones(10)


def steps(lr, kappa=20, **options):
    return steps_until(lambda p: SGD(p, lr, **options), spectrum(kappa), EVERYWHERE)


def test_descent_converges_below_the_limit_and_diverges_above():
    assert steps(1.99) is not None
    assert steps(2.01) is None


def test_a_coordinate_is_multiplied_by_one_minus_step_times_curvature():
    path = descend(lambda p: SGD(p, 1.5), spectrum(4, 3), [1.0, 1.0, 1.0], 7)
    np.testing.assert_allclose(path[-1], (1 - 1.5 * spectrum(4, 3)) ** 7)


def test_a_rotated_bowl_keeps_its_eigenvalues():
    found = np.linalg.eigvalsh(rotated(spectrum(50)))
    np.testing.assert_allclose(found, spectrum(50))


def test_a_hundredth_of_the_step_takes_a_hundred_times_as_long():
    assert steps(0.01) == pytest.approx(100 * steps(1.0), rel=0.05)


def test_steps_grow_with_the_condition_number_and_with_its_root():
    kappas = [100, 1000]
    plain = [
        steps_until(best_gradient_descent(spectrum(k)), spectrum(k), EVERYWHERE)
        for k in kappas
    ]
    tuned = [
        steps_until(best_momentum(spectrum(k)), spectrum(k), EVERYWHERE) for k in kappas
    ]
    assert plain[1] / plain[0] == pytest.approx(10, rel=0.05)
    assert tuned[1] / tuned[0] == pytest.approx(np.sqrt(10), rel=0.2)
    assert tuned[1] < plain[1] / 10


def test_fixed_momentum_loses_where_the_condition_number_is_small():
    assert steps(10, kappa=2, momentum=0.9) > 10 * 6


def test_momentum_bounces_less_at_the_same_step():
    assert turns(lambda p: SGD(p, 1.9)) == 60
    assert turns(lambda p: SGD(p, 1.9, 0.9)) < 15


def test_the_limits_are_the_derived_ones():
    assert largest_step(0.9) == pytest.approx(38, rel=1e-3)
    with np.errstate(all="ignore"):
        found = largest_step(0.9, nesterov=True)
    assert found == pytest.approx(2 * 1.9 / 2.8 / 0.1, rel=1e-3)


@pytest.mark.np
def test_one_gradient_moves_for_a_long_time_and_by_one_in_all():
    np.testing.assert_allclose(impulse(0.9, 60), 0.1 * 0.9 ** np.arange(60))
    assert impulse(0.9, 400).sum() == pytest.approx(1)


@pytest.mark.np
def test_the_warm_up_is_one_minus_a_power_and_the_correction_removes_it():
    t = np.arange(1, 41)
    np.testing.assert_allclose(warm_up(0.9, 40), 1 - 0.9**t)
    np.testing.assert_allclose(warm_up(0.9, 40, unbiased=True), 1)
    nesterov = warm_up(0.9, 40, unbiased=True, nesterov=True)
    np.testing.assert_allclose(nesterov, 1)


@pytest.mark.np
def test_correction_gives_the_first_gradient_three_times_its_weight():
    assert impulse(0.9, 400, unbiased=True).sum() == pytest.approx(3.01, abs=0.01)
    ratios = [
        np.log(after_bad_gradients(True, s) / after_bad_gradients(False, s))
        for s in range(8)
    ]
    _, low, high = np.exp(mean_interval(ratios))
    assert 2.5 < low < high < 3.5


def test_in_the_network_the_unbiased_form_wins_at_a_moderate_step():
    gains = [network_loss(True, 0.1, s) - network_loss(False, 0.1, s) for s in range(6)]
    assert mean_interval(gains)[2] < 0


@pytest.mark.np
def test_the_two_forms_of_nesterov_are_one():
    assert nesterov_difference() < 1e-12
    H = spectrum(50)
    iterates = look_ahead(lambda w: H * w, EVERYWHERE, 1.0, 0.9, 100)[0]
    ours = descend(lambda p: SGD(p, 1.0, 0.9, nesterov=True), H, EVERYWHERE, 99)
    assert abs(iterates - ours).max() > 1e-3


def test_nesterov_is_faster_sometimes_and_diverges_sometimes():
    with np.errstate(all="ignore"):
        one, two = steps_by_look_ahead(10, 3, 0.97)
        assert two < 0.7 * one
        one, two = steps_by_look_ahead(1000, 3, 0.9)
        assert two == pytest.approx(one, rel=0.01)
        one, two = steps_by_look_ahead(10, 3, 0.5)
        assert one == 20 and two is None


@pytest.mark.np
@pytest.mark.parametrize("name", ["momentum", "momentum, unbiased", "Adam"])
def test_without_factors_the_paths_are_identical(name):
    assert largest_difference(name) < 1e-12


@pytest.mark.np
def test_without_the_change_of_eps_they_part():
    assert largest_difference("Adam, same eps") > 1e-4


def test_the_demo_shows_the_path_of_the_library_and_asks_nobody():
    html = MomentumDemo(10.0, 0.9)._repr_html_()
    for nesterov in (False, True):
        assert on_map(valley_path(10.0, 0.9, nesterov)) in html
    assert not re.search(r"https?:|src=|import |fetch", html)


def test_the_sliders_of_the_demo_are_labelled_and_hidden_without_scripts():
    html = MomentumDemo()._repr_html_()
    assert '<div class="nb-controls" hidden>' in html
    for name in ("nb-lr", "nb-beta"):
        assert f'<label for="{name}">' in html and f'id="{name}"' in html
    assert "hidden = false" in SCRIPT and html.count('role="img"') == 2


@pytest.mark.browser
def test_the_script_draws_what_python_draws(browser):
    with browser.new_page() as page:
        page.set_content(MomentumDemo(10.0, 0.9)._repr_html_())
        page.locator("#nb-beta").fill("0.5")
        page.locator("#nb-lr").fill("0.4")
        for name in ("momentum", "Nesterov"):
            text = page.locator(f"[data-map={name}]").get_attribute("points")
            found = np.array([pair.split(",") for pair in text.split()], float)
            path = on_map(valley_path(10**0.4, 0.5, name == "Nesterov"))
            wanted = np.array([pair.split(",") for pair in path.split()], float)
            np.testing.assert_allclose(found, wanted, atol=0.06)

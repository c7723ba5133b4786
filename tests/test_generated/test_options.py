"""Options of every kernel: the compiled one and its twin take the same, give the same, and refuse the same in the same words."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from closedform import generated
from closedform.generated import Kernel, numpy_kernels

Array = NDArray[np.floating]
SIZES = {"k": 3, "r": 2, "s": 4}
K, BATCH = SIZES["k"], (4, 2)
NAMES = sorted(generated.kernels())
PAIRS = [pytest.param((getattr(generated, name), getattr(numpy_kernels, name)), id=name) for name in NAMES]

pytestmark = pytest.mark.skipif(generated.config()["kernels"] != "compiled", reason="no compiled kernels to compare with")


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest) -> tuple[Kernel, Kernel]:
    """A kernel, compiled and in NumPy."""
    found: tuple[Kernel, Kernel] = request.param
    return found


def cores(kernel: Kernel) -> tuple[list[list[str]], list[list[str]]]:
    """The core dimensions of the arguments and the results."""
    before, after = ([re.findall(r"\w+", dims) for dims in re.findall(r"\(.*?\)", side)] for side in kernel.signature.split("->"))
    return before, after


def dims(kernel: Kernel) -> tuple[list[int], list[int]]:
    """How many they are."""
    before, after = cores(kernel)
    return [len(names) for names in before], [len(names) for names in after]


def laws(kernel: Kernel, batch: tuple[int, ...] = BATCH, real: str = "float64") -> list[Array]:
    """Arguments inside the domain: positive numbers and columns, positive definite matrices that are triangular for factors."""
    rng = np.random.default_rng(5)
    found = []
    for name, core in zip(kernel.arguments, cores(kernel)[0], strict=True):
        x = rng.uniform(0.2, 2.0, batch + tuple(SIZES[dim] for dim in core))
        if core == ["k", "k"]:
            x = np.tril(x) + np.eye(K)
            x = x if name[0] in "LR" else x @ np.swapaxes(x, -1, -2)
        found.append(x.astype(real))
    return found


def whole(given: list[Array]) -> list[Any]:
    """Whole numbers that are positive where they must be."""
    return [(np.round(x) if x.ndim == len(BATCH) + 2 else np.ceil(x)).astype(np.int64) for x in given]


def as_tuple(values: Any) -> tuple[Any, ...]:
    return values if isinstance(values, tuple) else (values,)


def assert_same(pair: tuple[Kernel, Kernel], call: Callable[[Kernel], Any]) -> tuple[Any, ...]:
    """Both give results of the same types, shapes and values; returned are those of the compiled one."""
    compiled, twin = (as_tuple(call(kernel)) for kernel in pair)
    assert len(compiled) == len(twin) == pair[0].nout
    for one, other in zip(compiled, twin, strict=True):
        assert (type(one), one.dtype, one.shape) == (type(other), other.dtype, other.shape)
        single = one.dtype in (np.float32, np.complex64)
        size = float(np.abs(other[np.isfinite(other)]).max(initial=1))
        np.testing.assert_allclose(one, other, rtol=1e-5 if single else 1e-12, atol=size * (1e-5 if single else 1e-13))
    return compiled


def assert_refused(pair: tuple[Kernel, Kernel], call: Callable[[Kernel], Any], kind: type[Exception], text: str) -> None:
    """Both raise that exception with the same words, which begin with the name of the kernel and hold that text."""
    told = []
    for kernel in pair:
        with pytest.raises(kind) as caught:
            call(kernel)
        told.append(str(caught.value))
    assert told[0] == told[1]
    assert told[0].startswith(pair[0].__name__)
    assert text in told[0]


def rooms(kernel: Kernel, call: Callable[[Kernel], Any], dtype: str | None = None) -> tuple[Array, ...]:
    """Arrays for the results of a call, filled with something else."""
    return tuple(np.full(np.shape(value), 7.0, dtype or value.dtype) for value in as_tuple(call(kernel)))


# ---------------------------------------------------------------------------------------------------- what is taken


def test_the_docstring_and_the_signature_list_the_options(pair: tuple[Kernel, Kernel]) -> None:
    for kernel in pair:
        parameters = inspect.signature(kernel).parameters
        assert tuple(parameters) == (*kernel.arguments, *kernel.options)
        flowing = " ".join((kernel.__doc__ or "").split())
        (told,) = re.findall(r"Options, as of NumPy's ufuncs: (.*?)\. Types: ", flowing)
        assert re.split(r", | and ", re.sub(r" \(.*?\)", "", told)) == list(kernel.options)
        assert not re.search(r"\b[0-9a-f]{16}\b", kernel.__doc__ or "")


def test_an_unknown_option_is_refused(pair: tuple[Kernel, Kernel]) -> None:
    given = laws(pair[0])
    for option in ("order", "subok", "signature", "sig", "axsi", *{"where", "axis", "axes", "keepdims"} - set(pair[0].options)):
        listed = ", ".join(pair[0].options)
        text = f"has no option {option}; those it has: {listed}"
        assert_refused(pair, lambda kernel, option=option: kernel(*given, **{option: None}), TypeError, text)


def test_arguments_are_counted(pair: tuple[Kernel, Kernel]) -> None:
    given = laws(pair[0])
    first = pair[0].arguments[0]
    assert_refused(pair, lambda kernel: kernel(*given, **{first: given[0]}), TypeError, f"{first} is given twice")
    assert_refused(pair, lambda kernel: kernel(*given[:-1]), TypeError, f"missing: {pair[0].arguments[-1]}")
    assert_refused(pair, lambda kernel: kernel(*given, *[None] * (kernel.nout + 1)), TypeError, "are given")


# ---------------------------------------------------------------------------------------------------- out


def test_out(pair: tuple[Kernel, Kernel]) -> None:
    given = laws(pair[0])
    for dtype in (None, "float32", "complex128"):
        for by_position in (False, True):

            def call(kernel: Kernel, *, dtype: str | None = dtype, by_position: bool = by_position) -> Any:
                out = rooms(kernel, lambda kernel: kernel(*given), dtype)
                found = kernel(*given, *out) if by_position else kernel(*given, out=out)
                assert all(one is other for one, other in zip(as_tuple(found), out, strict=True))
                return found

            assert_same(pair, call)


def test_out_of_some_results(pair: tuple[Kernel, Kernel]) -> None:
    given = laws(pair[0])
    plain = as_tuple(pair[0](*given))
    for place in range(len(plain)):

        def call(kernel: Kernel, place: int = place) -> Any:
            out = [None if index != place else np.zeros_like(value) for index, value in enumerate(plain)]
            found = kernel(*given, out=tuple(out))
            assert as_tuple(found)[place] is out[place]
            return found

        assert_same(pair, call)


def test_out_may_be_larger_and_strided(pair: tuple[Kernel, Kernel]) -> None:
    """Arguments broadcast into it, as NumPy's do."""
    given = laws(pair[0], (2,))

    def call(kernel: Kernel) -> Any:
        out = tuple(np.zeros((3, 2 * value.shape[0], *value.shape[1:]))[:, ::2] for value in as_tuple(kernel(*given)))
        return kernel(*given, out=out if kernel.nout > 1 else out[0])

    for value, expected in zip(assert_same(pair, call), as_tuple(pair[0](*given)), strict=True):
        np.testing.assert_array_equal(value, np.broadcast_to(expected, value.shape))


def test_one_larger_out_makes_all_results_larger(pair: tuple[Kernel, Kernel]) -> None:
    given = laws(pair[0], (2,))
    plain = as_tuple(pair[0](*given))
    for place, value in enumerate(plain):

        def call(kernel: Kernel, place: int = place, shape: tuple[int, ...] = (3, *value.shape)) -> Any:
            return kernel(*given, out=tuple(np.zeros(shape) if index == place else None for index in range(kernel.nout)))

        for found, expected in zip(assert_same(pair, call), plain, strict=True):
            np.testing.assert_array_equal(found, np.broadcast_to(expected, (3, *expected.shape)))


def test_out_may_be_an_argument(pair: tuple[Kernel, Kernel]) -> None:
    def call(kernel: Kernel) -> Any:
        given = laws(kernel)
        plain = as_tuple(kernel(*given))
        out = [next((x for x in given if x.shape == value.shape), None) for value in plain]
        out = [x if x is not None and all(x is not other for other in out[:index]) else None for index, x in enumerate(out)]
        found = as_tuple(kernel(*given, out=tuple(out)))
        for value, expected in zip(found, plain, strict=True):
            np.testing.assert_array_equal(value, expected)
        return found

    assert_same(pair, call)


def test_bad_rooms_are_refused(pair: tuple[Kernel, Kernel]) -> None:
    given = laws(pair[0])
    good = rooms(pair[0], lambda kernel: kernel(*given))
    locked = good[0].copy()
    locked.setflags(write=False)
    for bad, kind, text in [
        ([1.0], TypeError, "must be an array, not list"),
        (np.ma.masked_array(good[0]), TypeError, "must be an array, not MaskedArray"),
        (np.zeros((*good[0].shape, 1)), ValueError, "but the result has shape"),
        (np.zeros(good[0].shape[1:]), ValueError, f"has shape {good[0].shape[1:]}, but the result has shape {good[0].shape}"),
        (np.zeros(good[0].shape, int), TypeError, "is of type int64; casting='same_kind' does not make it of float64"),
        (locked, ValueError, "is read-only"),
    ]:
        assert_refused(pair, lambda kernel, bad=bad: kernel(*given, out=(bad, *good[1:])), kind, text)
    assert_refused(pair, lambda kernel: kernel(*given, out=(*good, good[0])), ValueError, f"out has {len(good) + 1} entries")
    assert_refused(pair, lambda kernel: kernel(*given, *good, out=good), TypeError, "out is given twice")
    if len(good) > 1:
        assert_refused(pair, lambda kernel: kernel(*given, out=good[0]), TypeError, "out must be a tuple")
        wide = np.zeros((5, *good[0].shape))
        assert_refused(pair, lambda kernel: kernel(*given, out=(wide, *good[1:])), ValueError, "but the result has shape")
    if dims(pair[0])[1][-1]:
        short = good[-1][..., :-1].copy()
        assert_refused(pair, lambda kernel: kernel(*given, out=(*good[:-1], short)), ValueError, f"has shape {short.shape}")


# ---------------------------------------------------------------------------------------------------- axes


def moved(kernel: Kernel, given: list[Array], results: tuple[Array, ...]) -> tuple[list[Array], tuple[Array, ...], list[tuple[int, ...]]]:
    """Arguments and results with their core dimensions in other places, and where those are."""
    rng = np.random.default_rng(9)
    places, found = [], []
    for x, ndim in zip([*given, *results], [*dims(kernel)[0], *dims(kernel)[1]], strict=True):
        at = tuple(int(axis) for axis in rng.permutation(x.ndim)[:ndim])
        at = tuple(axis - x.ndim if rng.random() < 0.5 else axis for axis in at)
        places.append(at)
        found.append(np.moveaxis(x, range(-ndim, 0), at).copy())
    return found[: len(given)], tuple(found[len(given) :]), places


def test_axes(pair: tuple[Kernel, Kernel]) -> None:
    if "axes" not in pair[0].options:
        return
    given = laws(pair[0])
    arguments, expected, places = moved(pair[0], given, as_tuple(pair[0](*given)))
    forms: list[Any] = [places, tuple(places), [list(at) for at in places], [at[0] if len(at) == 1 else at for at in places]]
    if not any(dims(pair[0])[1]):
        forms.append(places[: pair[0].nin])
    for axes in forms:
        for value, wanted in zip(assert_same(pair, lambda kernel, axes=axes: kernel(*arguments, axes=axes)), expected, strict=True):
            np.testing.assert_allclose(value, wanted, rtol=1e-13, atol=1e-14)

    assert_same(pair, lambda kernel: kernel(*arguments, axes=places, out=tuple(map(np.zeros_like, expected))))
    backwards = [tuple(axis % x.ndim - x.ndim for axis in at) for x, at in zip([*arguments, *expected], places, strict=True)]
    assert_same(pair, lambda kernel: kernel(*arguments, axes=backwards, out=tuple(np.zeros((3, *value.shape)) for value in expected)))


def test_axis(pair: tuple[Kernel, Kernel]) -> None:
    if "axis" not in pair[0].options:
        return
    given = laws(pair[0])
    plain = as_tuple(pair[0](*given))
    for axis in (0, 1, -2, np.int64(-3)):
        arguments = [np.moveaxis(x, -1, axis).copy() for x in given]
        found = assert_same(pair, lambda kernel, a=axis, x=arguments: kernel(*x, axis=a))
        for value, wanted, kept in zip(found, plain, dims(pair[0])[1], strict=True):
            np.testing.assert_allclose(value, np.moveaxis(wanted, -1, axis) if kept else wanted, rtol=1e-13, atol=1e-14)
        # A number for all of a column, and arguments with fewer leading axes.
        assert_same(pair, lambda kernel, a=axis, x=arguments: kernel(*x[:-1], 1.5, axis=a))
    assert_same(pair, lambda kernel: kernel(given[0][0, 0], *[np.moveaxis(x, -1, 0) for x in given[1:]], axis=0))


def test_keepdims(pair: tuple[Kernel, Kernel]) -> None:
    if "keepdims" not in pair[0].options:
        return
    given = laws(pair[0])
    plain = as_tuple(pair[0](*given))
    inputs, results = [0] * pair[0].nin, [1] * pair[0].nout
    cases: list[tuple[dict[str, Any], int, int]] = [
        ({}, -1, -1), ({"axis": 1}, 1, 1), ({"axes": inputs}, 0, -1), ({"axes": inputs + results}, 0, 1),
    ]  # fmt: skip
    for options, place, at in cases:
        arguments = [np.moveaxis(x, -1, place) for x in given]
        found = assert_same(pair, lambda kernel, o=options, x=arguments: kernel(*x, keepdims=True, **o))
        for value, wanted in zip(found, plain, strict=True):
            np.testing.assert_allclose(value, np.expand_dims(wanted, at), rtol=1e-13)
        out = tuple(np.zeros(value.shape) for value in found)
        assert_same(pair, lambda kernel, o=options, x=arguments, out=out: kernel(*x, keepdims=True, out=out, **o))
    assert_same(pair, lambda kernel: kernel(*given, keepdims=False))
    assert_refused(pair, lambda kernel: kernel(*given, keepdims=1), TypeError, "keepdims must be True or False, not 1")


def test_bad_axes_are_refused(pair: tuple[Kernel, Kernel]) -> None:
    if "axes" not in pair[0].options:
        return
    given, places = laws(pair[0]), [tuple(range(-ndim, 0)) for ndim in (*dims(pair[0])[0], *dims(pair[0])[1])]
    name = pair[0].arguments[0]
    for axes, kind, text in [
        (0, TypeError, "axes must be a list, not 0"),
        (None, TypeError, "axes must be a list, not None"),
        (places[:1], ValueError, "axes has 1 entries"),
        ([*places, ()], ValueError, f"axes has {len(places) + 1} entries"),
        ([(0.5,) * len(places[0]), *places[1:]], TypeError, "axes[0] must be a whole number, not 0.5"),
        ([(True,) * len(places[0]), *places[1:]], TypeError, "axes[0] must be a whole number, not True"),
        ([(0, 1, 2), *places[1:]], ValueError, "axes[0] is (0, 1, 2); it needs"),
        ([(5,), *places[1:]], ValueError, f"{name} has shape {given[0].shape}, which has no axis 5"),
        ([*places[:-1], (-7,) * len(places[-1])], ValueError, "which has no axis -7") if places[-1] else (0, TypeError, "axes must be"),
    ]:
        assert_refused(pair, lambda kernel, axes=axes: kernel(*given, axes=axes), kind, text)
    if ["k", "k"] in cores(pair[0])[0]:
        doubled = [(-1, -1) if len(at) == 2 else at for at in places]
        assert_refused(pair, lambda kernel: kernel(*given, axes=doubled), ValueError, "its axes (-1, -1) are not different ones")
    if "axis" in pair[0].options:
        for axis in (None, 1.0, (1,), True):
            assert_refused(pair, lambda kernel, a=axis: kernel(*given, axis=a), TypeError, f"axis must be a whole number, not {axis}")
        assert_refused(pair, lambda kernel: kernel(*given, axis=3), ValueError, f"{name} has shape {given[0].shape}, which has no axis 3")
        assert_refused(pair, lambda kernel: kernel(*given, axis=0, axes=places), TypeError, "axis and axes cannot both be given")
        other = [np.moveaxis(given[0], -1, 0), np.ones((K + 1, *BATCH)), *given[2:]]
        assert_refused(pair, lambda kernel: kernel(*other, axis=0), ValueError, f"expected {K} along (0,)")


# ---------------------------------------------------------------------------------------------------- where


def test_where(pair: tuple[Kernel, Kernel]) -> None:
    """What is left out keeps what was in `out`, and is not computed: it may be outside the domain."""
    if "where" not in pair[0].options:
        return
    given = laws(pair[0])
    mask = np.arange(8).reshape(BATCH) % 3 > 0
    given[1][~mask] = np.nan
    for where in (mask, mask[0], mask[:, :1], mask.tolist(), np.ones((5, 1, 1), bool) & mask):

        def call(kernel: Kernel, where: Any = where) -> Any:
            with np.errstate(all="raise", invalid="raise" if np.shape(where) == (5, *BATCH) or where is mask else "ignore"):
                shape = np.broadcast_shapes(BATCH, np.shape(where))
                return kernel(*given, where=where, out=tuple(np.full(shape, 7.0) for _ in range(kernel.nout)))

        for value in assert_same(pair, call):
            left_out = ~np.broadcast_to(where, value.shape)
            np.testing.assert_array_equal(value[left_out], 7.0)
            assert not (value[~left_out] == 7.0).any()
    plain = laws(pair[0])
    assert_same(pair, lambda kernel: kernel(*plain, where=True))
    nothing = assert_same(pair, lambda kernel: kernel(*given, where=False, out=tuple(np.full(BATCH, 7.0) for _ in range(kernel.nout))))
    assert all((value == 7.0).all() for value in nothing)


def test_a_bad_mask_is_refused(pair: tuple[Kernel, Kernel]) -> None:
    if "where" not in pair[0].options:
        return
    given = laws(pair[0])
    out = tuple(np.zeros(BATCH) for _ in range(pair[0].nout))
    assert_refused(pair, lambda kernel: kernel(*given, where=[True, False]), ValueError, "every result needs an array in out")
    kind = "where must be an array of booleans"
    assert_refused(pair, lambda kernel: kernel(*given, where=[1, 0], out=out), TypeError, f"{kind}, not list of int64")
    assert_refused(pair, lambda kernel: kernel(*given, where=None, out=out), TypeError, f"{kind}, not NoneType")
    text = "where has shape (3,), which does not broadcast"
    assert_refused(pair, lambda kernel: kernel(*given, where=[True] * 3, out=out), ValueError, text)
    assert_refused(pair, lambda kernel: kernel(*given, where=np.ones((5, *BATCH), bool), out=out), ValueError, "out")


# ---------------------------------------------------------------------------------------------------- dtype and casting


@pytest.mark.parametrize("casting", ["no", "equiv", "safe", "same_kind", "unsafe"])
def test_dtype_and_casting(pair: tuple[Kernel, Kernel], casting: str) -> None:
    """Types go where np.can_cast lets them; a Python number goes with any."""
    for given in ("float16", "float32", "float64", ">f8", "int64"):
        for dtype in (None, "float32", np.float64):
            arguments = whole(laws(pair[0])) if given == "int64" else laws(pair[0], real=given)
            computed = np.dtype(dtype if dtype is not None else np.float32 if given in ("float16", "float32") else np.float64)

            def call(kernel: Kernel, x: list[Array] = arguments, dtype: Any = dtype) -> Any:
                return kernel(*x, dtype=dtype, casting=casting)

            if np.can_cast(given, computed, casting):
                assert {value.dtype for value in assert_same(pair, call)} == {computed}
            else:
                name, told = pair[0].arguments[0], np.dtype(given)
                assert_refused(pair, call, TypeError, f"{name} is of type {told}; casting={casting!r} does not make it {computed}")
    arguments = laws(pair[0])
    for out in ("float32", "float64", "int64", "complex64"):

        def into(kernel: Kernel, out: str = out) -> Any:
            return kernel(*arguments, casting=casting, out=rooms(kernel, lambda kernel: kernel(*arguments), out))

        if np.can_cast("float64", out, casting):
            assert_same(pair, into)
        else:
            assert_refused(pair, into, TypeError, f"is of type {out}; casting={casting!r} does not make it of float64")


def test_other_types_to_compute_in_are_refused(pair: tuple[Kernel, Kernel]) -> None:
    given = laws(pair[0])
    for dtype, told in (("float16", "float16"), (int, "int64"), (complex, "complex128"), (">f8", ">f8"), ("nonsense", "nonsense")):
        assert_refused(pair, lambda kernel, d=dtype: kernel(*given, dtype=d), TypeError, f"dtype must be float32 or float64, not {told}")
    text = "casting must be one of no, equiv, safe, same_kind, unsafe"
    assert_refused(pair, lambda kernel: kernel(*given, casting="sure"), ValueError, text)


# ---------------------------------------------------------------------------------------------------- what arguments may be


def test_masked_arrays_are_refused_helpfully(pair: tuple[Kernel, Kernel]) -> None:
    given = laws(pair[0])
    for place, name in enumerate(pair[0].arguments):
        masked: list[Any] = list(given)
        masked[place] = np.ma.masked_array(given[place], mask=given[place] > 1.5)
        text = f"{name} is a masked array, and kernels have no masks: fill it, {name}.filled(...)"
        assert_refused(pair, lambda kernel, x=masked: kernel(*x), TypeError, text)


def test_lists_tuples_numbers_and_subclasses_are_arrays(pair: tuple[Kernel, Kernel]) -> None:
    given = laws(pair[0], ())
    plain = as_tuple(pair[0](*given))
    shaped = [np.atleast_2d(x) for x in given]
    matrices = [np.ndarray.view(x, type("Own", (np.ndarray,), {})) for x in shaped]
    assert_same(pair, lambda kernel: kernel(*[x.tolist() for x in given]))
    assert_same(pair, lambda kernel: kernel(*[tuple(x.tolist()) if x.ndim else np.float64(x) for x in given]))
    for value in assert_same(pair, lambda kernel: kernel(*matrices)):
        assert type(value) in (np.ndarray, np.float64)
    assert all(isinstance(value, (np.ndarray, np.float64)) for value in plain)
    assert_refused(pair, lambda kernel: kernel(*[[[1.0, 2.0], [3.0]]] * kernel.nin), ValueError, f"{pair[0].arguments[0]} is no array: ")


def test_pandas_objects(pair: tuple[Kernel, Kernel]) -> None:
    """Elementwise kernels give back what they were given; sums over rows and matrices give arrays."""
    if any(ndim == 2 for ndim in dims(pair[0])[0]):
        square = laws(pair[0], ())
        framed = [pd.DataFrame(x) if x.ndim == 2 else pd.Series(x) for x in square]
        for found, expected in zip(assert_same(pair, lambda kernel: kernel(*framed)), as_tuple(pair[0](*square)), strict=True):
            np.testing.assert_array_equal(found, expected)
        return
    given = laws(pair[0], (5, 3)) if "where" in pair[0].options else laws(pair[0], (5,))
    frames = [pd.DataFrame(x, index=list("abcde")) for x in given]
    columns = [pd.Series(x[0], index=list("uvw")) for x in given]
    for objects, arrays in ((frames, given), (columns, [x[0] for x in given])):
        expected = as_tuple(pair[0](*arrays))
        for kernel in pair:
            for found, value in zip(as_tuple(kernel(*objects)), expected, strict=True):
                if "where" in kernel.options:
                    assert type(found) is type(objects[0])
                    assert list(found.index) == list(objects[0].index)
                np.testing.assert_allclose(np.asarray(found), value, rtol=1e-12, atol=1e-13)
        for kernel in pair:  # beside numbers
            as_tuple(kernel(objects[0], *[1.5] * (kernel.nin - 1)))

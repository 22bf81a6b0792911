from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.expressions.helpers import HOLE, attempt, evaluate, evaluate_policy, failure

from everward.expressions import (
    POLICY,
    TEMPLATE,
    Evaluator,
    ExpressionError,
    Functions,
    call_default,
    compile_expression,
    exceeded_limits,
    is_run_time,
    parse_expression,
)
from everward.expressions.dialect import PURE
from everward.expressions.forms import FORMS
from everward.values import ProblemError, Unknown, Value, is_known


def test_text_that_is_no_expression_stands_for_itself() -> None:
    evaluator = Evaluator(TEMPLATE)
    assert evaluator.evaluate_text("plain") == "plain"
    assert evaluator.evaluate_text("[[escaped]") == "[escaped]"
    assert evaluator.evaluate_text("[concat('a', 'b')]") == "ab"


def test_a_tree_is_expanded_in_names_and_values() -> None:
    tree: Value = {
        "[concat('tag-', 'a')]": ["[add(1, 2)]", {"x": "[[y]", "[[k]": None}, 5, True],
        "plain": HOLE,
    }
    assert Evaluator(TEMPLATE).evaluate_tree(tree) == {"tag-a": [3, {"x": "[y]", "[k]": None}, 5, True], "plain": HOLE}


def test_an_object_with_an_unknown_name_is_a_hole() -> None:
    value = Evaluator(TEMPLATE, Functions({"parameters": lambda name: HOLE})).evaluate_tree(
        {"[parameters('p')]": 1, "b": [Unknown(reason="other", decided_by=("q",))]}
    )
    assert isinstance(value, Unknown)
    assert value.present
    assert value.decided_by == ("parameter p", "q")


def test_a_name_must_be_a_string() -> None:
    with pytest.raises(ExpressionError, match="the name of a property must be a string") as caught:
        Evaluator(TEMPLATE).evaluate_tree({"[add(1, 1)]": 1})
    assert caught.value.text == "[add(1, 1)]"


def test_errors_know_their_text_and_position() -> None:
    error = failure("concat('a', substring('abc', 5, 1))")
    assert error.text == "[concat('a', substring('abc', 5, 1))]"
    assert error.position == 13
    assert error.message.startswith("`substring`: start 5 and length 1")
    assert isinstance(error, ProblemError)
    assert str(error) == error.message


def test_errors_of_an_inner_expression_keep_their_place() -> None:
    class Variables:
        def call(self, name: str, arguments: list[Value], at: int) -> Value:
            return evaluator.evaluate_text("[div(1, 0)]")

    evaluator = Evaluator(TEMPLATE, Variables())
    with pytest.raises(ExpressionError) as caught:
        evaluator.evaluate_text("[concat('a', variables('x'))]")
    assert (caught.value.text, caught.value.position) == ("[div(1, 0)]", 1)


def test_an_error_of_the_host_gets_the_position_of_its_call() -> None:
    def parameters(name: str) -> Value:
        raise ExpressionError(f"there is no parameter `{name}`")

    with pytest.raises(ExpressionError) as caught:
        Evaluator(TEMPLATE, Functions({"PARAMETERS": parameters})).evaluate_text("[concat('a', parameters('x'))]")
    assert (caught.value.message, caught.value.position) == ("there is no parameter `x`", 13)


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("nothingLikeIt()", "the function `nothingLikeIt` does not exist", None),
        ("formt('x')", "the function `formt` does not exist", "did you mean `format`?"),
        ("copyIndx()", "the function `copyIndx` does not exist", "did you mean `copyindex`?"),
        ("toLower()", "the function `toLower` takes 1 argument, not 0", None),
        ("equals(1)", "the function `equals` takes 2 arguments, not 1", None),
        ("padLeft('a')", "the function `padLeft` takes 2 to 3 arguments, not 1", None),
        ("uniqueString()", "the function `uniqueString` takes at least 1 argument, not 0", None),
        ("if(true())", "the function `if` takes 3 arguments, not 1", None),
        ("parameters()", "the function `parameters` takes 1 argument, not 0", None),
        ("field('x')", "the function `field` is not available in templates", None),
        ("lambda('x', 1)", "`lambda` is not a value", "it can only be an argument of `map` and its like"),
        ("lambdaVariables('x')", "there is no lambda variable `x` here", None),
    ],
)
def test_what_cannot_be_called_is_said_before_evaluation(text: str, message: str, help: str | None) -> None:
    # In a branch that is never taken, it is still an error: no value could make it right.
    error = failure(f"if(false(), {text}, 1)")
    assert (error.message, error.help, error.position) == (message, help, 13)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("variables('x')", "the function `variables` is not available in policies"),
        ("reference('x')", "the function `reference` is not available in policies"),
        ("listKeys('x', '2020')", "the function `listKeys` is not available in policies"),
        ("map(createArray(), lambda('x', 1))", "the function `lambda` is not available in policies"),
        ("ns.f()", "policies have no functions of their own"),
        ("newGuid()", "the function `newGuid` is not available in policies"),
    ],
)
def test_policies_lack_functions_of_deployments(text: str, message: str) -> None:
    assert failure(text, POLICY).message == message


def test_names_of_functions_are_compared_without_case() -> None:
    assert evaluate("TOLOWER(Concat('A', 'B'))") == "ab"


def test_a_function_fails_only_where_it_is_evaluated() -> None:
    assert evaluate("if(true(), 1, div(1, 0))") == 1
    assert evaluate("if(equals(1, 2), fail('no'), 'yes')") == "yes"
    assert failure("fail('the author says so')").message == "`fail`: the author says so"


@pytest.mark.parametrize("dialect", [TEMPLATE, POLICY])
def test_every_function_is_registered_under_its_own_name(dialect: Any) -> None:
    assert all(name == function.name.lower() for name, function in dialect.functions.items())
    assert not set(dialect.functions) & set(dialect.context)
    assert not set(dialect.functions) & dialect.excluded


STATIC = [
    "add", "sub", "mul", "div", "mod", "min", "max", "int", "float", "bool", "string", "json", "array",
    "createArray", "createObject", "concat", "coalesce", "if", "and", "or", "not", "equals", "less", "lessOrEquals",
    "greater", "greaterOrEquals", "true", "false", "null", "contains", "empty", "length", "first", "last", "take",
    "skip", "range", "union", "intersection", "flatten", "distinct", "items", "objectKeys", "shallowMerge", "join",
    "split", "replace", "substring", "indexOf", "lastIndexOf", "startsWith", "endsWith", "toLower", "toUpper",
    "trim", "padLeft", "format", "like", "uniqueString", "guid", "base64", "base64ToString", "base64ToJson",
    "dataUri", "dataUriToString", "uri", "uriComponent", "uriComponentToString", "buildUri", "parseUri",
    "parseCidr", "cidrSubnet", "cidrHost", "dateTimeAdd", "dateTimeToEpoch", "dateTimeFromEpoch", "tryGet",
    "tryIndexFromEnd", "indexFromEnd", "lambdaVariables", "map", "filter", "reduce", "sort", "toObject",
    "mapValues", "groupBy", "fail", "resourceId", "subscriptionResourceId", "extensionResourceId",
    "tenantResourceId", "managementGroupResourceId", "utcNow", "newGuid",
]  # fmt: skip
CONTEXT = [
    "parameters", "variables", "copyIndex", "resourceGroup", "subscription", "managementGroup", "tenant",
    "deployment", "deployer", "resourceInfo", "environment",
]  # fmt: skip
RUN_TIME = [
    "reference", "references", "listKeys", "listSecrets", "listOutputsWithSecureValues", "providers", "pickZones",
    "roleDefinitions", "toLogicalZone", "toLogicalZones", "toPhysicalZone", "toPhysicalZones", "externalInput",
    "externalInputs", "extensions", "getSecret",
]  # fmt: skip


def test_every_function_of_templates_is_known() -> None:
    assert {name.lower() for name in STATIC} == (set(TEMPLATE.functions) | set(FORMS))
    assert {name.lower() for name in CONTEXT} == set(TEMPLATE.context)
    assert all(is_run_time(name) for name in RUN_TIME)
    assert set(PURE) - set(TEMPLATE.functions) == {"adddays", "iprangecontains"}


@pytest.mark.parametrize("name", RUN_TIME)
def test_a_run_time_function_is_a_hole_with_its_evaluated_form(name: str) -> None:
    value = evaluate(f"{name}(concat('a', 'b')).c[0]")
    assert isinstance(value, Unknown)
    assert value.reason == f"known only at run time: {name}(...)"
    assert value.text == f"[{name}('ab').c[0]]"
    assert value.decided_by == (f"{name}('ab')",)


def test_context_without_a_host_is_an_error() -> None:
    with pytest.raises(ExpressionError, match="`parameters` is not available here") as caught:
        Evaluator(TEMPLATE).evaluate_text("[concat('x', parameters('a'))]")
    assert caught.value.position == 13
    with pytest.raises(ExpressionError, match=r"`ns\.f` is not available here"):
        call_default("ns.f", 0)


def test_user_functions_are_the_hosts() -> None:
    class Host:
        def call(self, name: str, arguments: list[Value], at: int) -> Value:
            return [name, *arguments, at]

    assert Evaluator(TEMPLATE, Host()).evaluate_text("[Contoso.unique(1, add(1, 1))]") == ["Contoso.unique", 1, 2, 1]


def test_user_functions_get_holes_and_context_functions_do_not() -> None:
    seen: list[str] = []

    class Host:
        def call(self, name: str, arguments: list[Value], at: int) -> Value:
            seen.append(name)
            return HOLE if name == "parameters" else "answer"

    evaluator = Evaluator(TEMPLATE, Host())
    assert evaluator.evaluate_text("[ns.f(parameters('x'))]") == "answer"
    hole = evaluator.evaluate_text("[variables(parameters('x'))]")
    assert isinstance(hole, Unknown)
    assert hole.text == "[variables(parameters('x'))]"
    assert seen == ["parameters", "ns.f", "parameters"]


def test_the_environment_is_the_public_cloud_unless_the_host_says_otherwise() -> None:
    assert Evaluator(TEMPLATE).evaluate_text("[environment().suffixes.storage]") == "core.windows.net"
    host = Functions({"environment": lambda: {"name": "AzureUSGovernment"}})
    assert Evaluator(TEMPLATE, host).evaluate_text("[environment().NAME]") == "AzureUSGovernment"


class TestAccess:
    OBJECT: ClassVar[Value] = {"Name": "n", "list": [1, [2, 3]], "nothing": None, "it's": 4}

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (".name", "n"),
            (".NAME", "n"),
            ("['name']", "n"),
            (".list[1][0]", 2),
            (".nothing", None),
            ("['it''s']", 4),
            (".?missing", None),
            (".?missing.deeper[3].still", None),
            ("[?'missing'].x", None),
            (".nothing.?x", None),
            (".list[?9]", None),
            (".list.?name", None),
            (".name.?x", None),
            (".?name", "n"),
        ],
    )
    def test_properties_are_found_without_case_and_nothing_is_null_where_it_may_be(
        self, text: str, expected: Value
    ) -> None:
        assert evaluate(f"parameters('o'){text}", o=self.OBJECT) == expected

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (
                ".x",
                "the language expression property `x` doesn't exist, "
                "available properties are `Name, list, nothing, it's`",
            ),
            (".list[2]", "the language expression array index `2` is out of bounds: there are 2 elements"),
            (".list[-1]", "the language expression array index `-1` is out of bounds: there are 2 elements"),
            (".list.x", "the language expression array index must be an integer, not a string"),
            (".list[true]", "the language expression array index must be an integer, not a boolean"),
            (".name[0]", "the language expression property `0` can't be evaluated: a string has no properties"),
            (".nothing.x", "the language expression property `x` can't be evaluated: null has no properties"),
            ("[0]", "the name of a property must be a string, not an integer"),
            (".?nothing.x", None),
        ],
    )
    def test_what_is_not_there_is_said_in_the_engines_words(self, text: str, message: str | None) -> None:
        if message is None:
            # `.?` gave null, and ended the chain.
            assert evaluate(f"parameters('o'){text}", o=self.OBJECT) is None
        else:
            assert failure(f"parameters('o'){text}", o=self.OBJECT).message == message

    def test_an_empty_object_and_a_long_list_of_names(self) -> None:
        assert failure("parameters('o').x", o={}).message.endswith("there are no properties")
        many = {f"k{number}": 1 for number in range(100)}
        assert failure("parameters('o').x", o=many).message.endswith("k38, k39, …`")

    def test_the_position_is_that_of_the_access(self) -> None:
        assert failure("parameters('o').list[7]", o=self.OBJECT).position == 21
        assert failure("parameters('o').name.x", o=self.OBJECT).position == 22

    def test_a_forgiving_dialect_gives_null(self) -> None:
        assert evaluate("parameters('o').x.y[3]", POLICY.forgiving(), o=self.OBJECT) is None
        assert "doesn't exist" in failure("parameters('o').x", POLICY, o=self.OBJECT).message


class TestUtcNow:
    NOW = datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=timezone(timedelta(hours=1)))

    @pytest.mark.parametrize(
        ("dialect", "text", "expected"),
        [
            (TEMPLATE, "utcNow()", "20260102T020405Z"),
            (POLICY, "utcNow()", "2026-01-02T02:04:05.6789000Z"),
            (TEMPLATE, "utcNow('d')", "01/02/2026"),
            (TEMPLATE, "dateTimeAdd(utcNow(), 'P1D')", "2026-01-03T02:04:05Z"),
        ],
    )
    def test_it_is_the_evaluators_moment(self, dialect: Any, text: str, expected: str) -> None:
        assert Evaluator(dialect, now=self.NOW).evaluate_text(f"[{text}]") == expected

    def test_a_moment_without_zone_is_utc(self) -> None:
        assert Evaluator(TEMPLATE, now=datetime(2026, 1, 2, tzinfo=UTC)).evaluate_text("[utcNow()]") == (
            Evaluator(TEMPLATE, now=datetime.fromisoformat("2026-01-02")).evaluate_text("[utcNow()]")
        )

    def test_without_one_it_is_a_hole(self) -> None:
        value = evaluate("concat('d-', utcNow('yyyy'))")
        assert isinstance(value, Unknown)
        assert value.text == "[concat('d-', utcNow('yyyy'))]"
        assert value.present


class TestLimits:
    def test_values_that_share_parts_cannot_explode(self) -> None:
        memory: dict[str, Value] = {"0": "x"}

        def variables(name: str) -> Value:
            if name not in memory:
                before = int(name) - 1
                memory[name] = evaluator.evaluate_text(f"[createArray(variables('{before}'), variables('{before}'))]")
            return memory[name]

        evaluator = Evaluator(TEMPLATE, Functions({"variables": variables}))
        with pytest.raises(ExpressionError, match="more than 1000000 parts"):
            evaluator.evaluate_text("[variables('60')]")

    def test_values_that_trees_double_cannot_explode(self) -> None:
        def doubled(times: int) -> Value:
            values: list[Value] = [["x"]]
            evaluator = Evaluator(TEMPLATE, Functions({"parameters": lambda name: values[-1]}))
            tree: Value = {"a": "[parameters('x')]", "b": "[parameters('x')]"}
            values.extend(evaluator.evaluate_tree(tree) for _ in range(times))
            return values[-1]

        with pytest.raises(ExpressionError, match="more than 1000000 parts"):
            doubled(40)

    def test_a_strict_function_does_not_walk_a_value_without_end(self) -> None:
        value: Value = "x"
        for _ in range(40):
            value = [value, value]
        assert "more than 1000000 parts" in failure("string(parameters('x'))", x=value).message

    def test_an_expression_that_refers_to_itself_is_an_error(self) -> None:
        evaluator = Evaluator(
            TEMPLATE, Functions({"variables": lambda name: evaluator.evaluate_text("[variables('x')]")})
        )
        with pytest.raises(ExpressionError, match="through too many levels") as caught:
            evaluator.evaluate_text("[variables('x')]")
        assert caught.value.help == "does a value refer to itself?"
        # The evaluator is as good as new.
        assert evaluator.evaluate_text("[add(1, 1)]") == 2

    def test_a_tree_that_refers_to_itself_is_an_error(self) -> None:
        evaluator = Evaluator(
            TEMPLATE, Functions({"variables": lambda name: evaluator.evaluate_tree(["[variables('x')]"])})
        )
        with pytest.raises(ExpressionError, match="through too many levels"):
            evaluator.evaluate_tree(["[variables('x')]"])

    @pytest.mark.parametrize("levels", [100_000, 401])
    def test_a_tree_that_is_too_deep_is_an_error(self, levels: int) -> None:
        for wrap in (lambda below: [below], lambda below: {"k": below}):
            value: Value = "x"
            for _ in range(levels):
                value = wrap(value)
            with pytest.raises(ExpressionError, match="nested deeper than 400 levels"):
                Evaluator(TEMPLATE).evaluate_tree(value)

    def test_two_hundred_levels_are_fine(self) -> None:
        value: Value = "[" + "not(" * 200 + "true()" + ")" * 200 + "]"
        for _ in range(200):
            value = {"k": [value]}
        result: Any = Evaluator(TEMPLATE).evaluate_tree(value)
        for _ in range(200):
            result = result["k"][0]
        assert result is True

    def test_lambdas_have_a_budget(self) -> None:
        text = "map(range(0, 10000), lambda('i', range(0, 10000)))"
        assert "more than 1000000 steps" in failure(text).message
        # It is counted anew for every evaluation.
        evaluator = Evaluator(TEMPLATE)
        for _ in range(3):
            assert evaluator.evaluate_text("[length(map(range(0, 600), lambda('i', range(0, 1000))))]") == 600

    @pytest.mark.parametrize(
        "text",
        [
            "replace(parameters('s'), 'x', parameters('s'))",
            "concat(parameters('s'), parameters('s'), parameters('s'))",
            "concat(parameters('s'), parameters('s'), 1, parameters('s'))",
            "join(createArray(parameters('s'), parameters('s'), parameters('s')), '')",
            "format('{0}{0}{0}', parameters('s'))",
            "padLeft('x', 5000000)",
            "string(createArray(parameters('s'), parameters('s'), parameters('s')))",
            "base64(parameters('s'))",
            "uriComponent(parameters('s'))",
        ],
    )
    def test_strings_have_a_length(self, text: str) -> None:
        assert "longer than 4194304 characters" in failure(text, s="x" * 1_600_000).message

    def test_arrays_have_a_length(self) -> None:
        big: Value = [0] * 600_000
        assert "more than 1000000 elements" in failure("concat(parameters('a'), parameters('a'))", a=big).message
        assert "more than 1000000 elements" in failure("flatten(parameters('b'))", b=[big, big]).message


def test_documented_limits_are_reported_not_enforced() -> None:
    deep = parse_expression("[" + "not(" * 70 + "true()" + ")" * 70 + "]")
    assert exceeded_limits(deep, POLICY) == ["functions are nested 71 levels deep, more than 64"]
    assert exceeded_limits(deep, TEMPLATE) == []
    wide = parse_expression(f"[createArray({', '.join(['1'] * 200)})[0].x]")
    assert exceeded_limits(wide, POLICY) == ["`createArray` has 200 arguments, more than 128"]
    long = parse_expression("['" + "x" * 30_000 + "']")
    assert exceeded_limits(long, TEMPLATE) == ["an expression has 30004 characters, more than 24576"]


def test_compiling_is_remembered() -> None:
    expression = parse_expression("[concat('a', parameters('x'))]")
    assert compile_expression(expression, TEMPLATE) is compile_expression(expression, TEMPLATE)
    assert compile_expression(expression, TEMPLATE) is not compile_expression(expression, POLICY)


def test_policies_have_their_own_functions() -> None:
    assert evaluate_policy("ipRangeContains('10.0.0.0/8', '10.1.2.3')") is True
    assert evaluate_policy("addDays('2026-01-31T00:00:00Z', 1)") == "2026-02-01T00:00:00Z"
    assert POLICY.discouraged <= set(POLICY.functions)


def test_a_dialect_can_compare_without_case() -> None:
    folded = POLICY.without_case()
    assert evaluate("equals('A', 'a')", folded) is True
    assert evaluate("contains(createArray('A'), 'a')", folded) is True
    assert evaluate("contains('xAx', 'a')", folded) is True
    assert evaluate("less('A', 'a')", folded) is False
    assert evaluate("greaterOrEquals('A', 'a')", folded) is True
    assert evaluate("equals('A', 'a')", POLICY) is False
    assert evaluate("tryGet(createObject('a', 1), 'a', 'b')", folded) is None


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet="aZ0 -/.:+,{}[]'\"%PT\u00e9\ud800", max_size=8)
    | st.just(HOLE)
    | st.just(Unknown(reason="some", many=True)),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=8,
)
ALL = sorted(name for name in {**POLICY.functions, **TEMPLATE.functions, **FORMS} if name != "lambdavariables")


@settings(max_examples=150)
@given(st.sampled_from(ALL), st.lists(JUNK, max_size=4))
def test_no_function_fails_in_any_other_way(name: str, values: list[Value]) -> None:
    dialect = TEMPLATE if name in TEMPLATE.functions or name in FORMS else POLICY
    arguments = [f"parameters('{index}')" for index in range(len(values))]
    for index, (low, _) in (FORMS[name].lambdas if name in FORMS else {}).items():
        if index < len(arguments):
            names = ["x", "y", "z"][:low]
            listed = "".join(f"'{one}', " for one in names)
            arguments[index] = f"lambda({listed}lambdaVariables('{names[-1]}'))"
    result = attempt(f"{name}({', '.join(arguments)})", dialect, **{str(i): v for i, v in enumerate(values)})
    if isinstance(result, ExpressionError):
        assert result.position is not None
        assert result.text is not None
    else:
        assert is_known(result) or not is_known(values) or name in ("newguid", "utcnow")

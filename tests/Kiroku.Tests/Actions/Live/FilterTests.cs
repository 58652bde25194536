using Kiroku.Actions;
using Kiroku.Actions.Live.Filters;
using Kiroku.Api;

namespace Kiroku.Tests.Actions.Live;

/// <summary>The language of filters: what each means for one action, and what is refused where.</summary>
public sealed class FilterTests
{
    private static readonly DateTime Began = new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);

    /// <summary>A failed reboot of 1.5 seconds by nobody, with a lost and a failed attempt.</summary>
    private static readonly LiveAction Failed = new(new RecordedAction(
        new ActionRecord
        {
            ServerId = Guid.Parse("6f0a1cbb-0000-4000-8000-00000000000a"),
            RequestId = "req-1",
            Action = ActionNames.Reboot,
            ProjectId = "p \"quoted\" 記録",
            StartTime = Began,
            UpdatedAt = Began.AddMilliseconds(1500.9),
            FinishTime = Began.AddMilliseconds(1500.9),
            Outcome = Outcomes.Failed,
            Warnings = [new Warning(WarningCodes.NotUndone)],
        },
        [
            new EventRecord
            {
                Event = "compute_reboot_instance",
                Result = EventResults.Error,
                ReasonCode = ReasonCodes.DiskFull,
                Details = "No Space left",
            },
            new EventRecord { Event = "prepare", Result = EventResults.Success },
        ]), "web*01");

    private static readonly LiveAction Running = new(new RecordedAction(
        Failed.Action with { Outcome = Outcomes.Running, FinishTime = null, UserId = "u", Warnings = null },
        [new EventRecord { Event = "prepare" }]), null);

    [Theory]
    [InlineData("", true, true)]
    [InlineData(" \t\n", true, true)]
    [InlineData("outcome = failed", true, false)]
    [InlineData("outcome=failed", true, false)]
    [InlineData("outcome:failed", true, false)]
    [InlineData("outcome != failed", false, true)]
    [InlineData("NOT outcome = failed", false, true)]
    [InlineData("-outcome = failed", false, true)]
    [InlineData("NOT(outcome = failed)", false, true)]
    [InlineData("NOT NOT outcome = failed", true, false)]
    [InlineData("done = true", true, false)]
    [InlineData("done != true", false, true)]
    [InlineData("action = reboot", true, true)]
    [InlineData("action = Reboot", false, false)]
    [InlineData("action : BOOT", true, true)]
    [InlineData("action = re*", true, true)]
    [InlineData("action = \"re*\"", true, true)]
    [InlineData("action : re*", true, true)]
    [InlineData("action = boot*", false, false)]
    [InlineData("action = *", true, true)]
    [InlineData("user_id:*", false, true)]
    [InlineData("user_id = u", false, true)]
    [InlineData("user_id != u", true, false)]
    [InlineData("user_id = \"\"", false, false)]
    [InlineData("server.name = \"web\\*01\"", true, false)]
    [InlineData("server.name = web\\*01", false, false)]
    [InlineData("server.name = \"web*01\"", true, false)]
    [InlineData("server.name = 'web\\**'", true, false)]
    [InlineData("server.name:*", true, false)]
    [InlineData("server.id = 6f0a1cbb-0000-4000-8000-00000000000a", true, true)]
    [InlineData("server.id = 6F0A1CBB-0000-4000-8000-00000000000A", false, false)]
    [InlineData("project_id = \"p \\\"quoted\\\" 記録\"", true, true)]
    [InlineData("project_id = 'p \"quoted\" 記録'", true, true)]
    [InlineData("request_id = \"req-1\0\"", false, false)]
    [InlineData("start_time = 2026-01-31T12:00:00Z", true, true)]
    [InlineData("start_time = \"2026-01-31T21:00:00+09:00\"", true, true)]
    [InlineData("start_time > 2026-01-31", true, true)]
    [InlineData("start_time > 2026-01-31T12:00:00Z", false, false)]
    [InlineData("start_time >= 2026-01-31T12:00:00Z", true, true)]
    [InlineData("start_time < 2026-02", true, true)]
    [InlineData("finish_time:*", true, false)]
    [InlineData("finish_time < 2027", true, false)]
    [InlineData("NOT finish_time < 2027", false, true)]
    [InlineData("finish_time != 2027", true, true)]
    [InlineData("duration_ms = 1500", true, false)]
    [InlineData("duration_ms < 1501", true, false)]
    [InlineData("duration_ms <= 1499", false, false)]
    [InlineData("duration_ms > -1", true, false)]
    [InlineData("attempts.result = Error", true, false)]
    [InlineData("attempts.result != Error", false, true)]
    [InlineData("attempts.result:*", true, false)]
    [InlineData("attempts.event = prepare", true, true)]
    [InlineData("attempts.event : COMPUTE", true, false)]
    [InlineData("attempts.details : \"no space\"", true, false)]
    [InlineData("attempts.details : No*", true, false)]
    [InlineData("attempts.reason_code = disk-full", true, false)]
    [InlineData("attempts.reason_code : disk-full", true, false)]
    [InlineData("attempts.reason_code != disk-full", false, true)]
    [InlineData("attempts.reason_code = timed-out", false, false)]
    [InlineData("attempts.reason_code:*", true, false)]
    [InlineData("warnings.code = not-undone", true, false)]
    [InlineData("warnings.code != not-undone", false, true)]
    [InlineData("warnings.code = guest-forced-off", false, false)]
    [InlineData("NOT warnings.code:*", false, true)]
    [InlineData("done = true AND action = reboot", true, false)]
    [InlineData("done = true OR action = reboot", true, true)]
    // As in AIP-160, OR binds more tightly than AND.
    [InlineData("done = false AND action = stop OR action = reboot", false, true)]
    [InlineData("action = reboot OR action = stop AND done = false", false, true)]
    [InlineData("action = reboot OR (action = stop AND done = false)", true, true)]
    [InlineData("((((action = reboot))))", true, true)]
    public void A_filter_means(string filter, bool failed, bool running)
    {
        var parsed = FilterParser.Parse(filter);
        Assert.Equal((failed, running), (parsed?.Matches(Failed) ?? true, parsed?.Matches(Running) ?? true));
    }

    [Theory]
    [InlineData("foo = 1", 1, "foo is no field; there are action, attempts.details, attempts.event, "
        + "attempts.reason_code, attempts.result, done, duration_ms, finish_time, outcome, project_id, request_id, "
        + "server.id, server.name, start_time, user_id, warnings.code.")]
    [InlineData("done = true AND traceback : x", 17, "traceback is no field")]
    [InlineData("server = x", 1, "server is no field")]
    [InlineData("Outcome = failed", 1, "Outcome is no field")]
    [InlineData("outcome", 8, "one of = != < <= > >= : is expected after outcome instead of the end.")]
    [InlineData("outcome failed", 9, "one of = != < <= > >= : is expected after outcome instead of 'failed'.")]
    [InlineData("outcome ! failed", 9, "one of = != < <= > >= :")]
    [InlineData("outcome =", 10, "a value is missing")]
    [InlineData("outcome = = failed", 11, "a value is missing")]
    [InlineData("outcome = AND done = true", 11, "a value is missing")]
    [InlineData("outcome = lost", 11,
        "outcome is one of running, succeeded, succeeded_after_retries, failed, interrupted, superseded, cancelled.")]
    [InlineData("outcome = fail*", 11, "outcome is one of")]
    [InlineData("outcome < failed", 9, "outcome has no order: it takes =, != and :.")]
    [InlineData("action >= reboot", 8, "action has no order")]
    [InlineData("server.name > a", 13, "server.name has no order")]
    [InlineData("attempts.result = error", 19, "attempts.result is one of Success, Error.")]
    [InlineData("attempts.reason_code = disk", 24,
        "attempts.reason_code is one of host-unreachable, timed-out, disk-full, hypervisor-failed, not-supported, ")]
    [InlineData("attempts.reason_code = disk*", 24, "attempts.reason_code is one of")]
    [InlineData("attempts.reason_code = ''", 24, "attempts.reason_code is one of")]
    [InlineData("attempts.reason_code > disk-full", 22, "attempts.reason_code has no order")]
    [InlineData("warnings.code = x", 17,
        "warnings.code is one of address-unknown, guest-forced-off, left-for-later, not-undone.")]
    [InlineData("attempts.details = x", 18, "attempts.details takes : alone.")]
    [InlineData("attempts.details != x", 18, "attempts.details takes : alone.")]
    [InlineData("done = yes", 8, "done is true or false.")]
    [InlineData("done = tru*", 8, "done is true or false.")]
    [InlineData("done : true", 6, "done takes = and !=.")]
    [InlineData("done < true", 6, "done takes = and !=.")]
    [InlineData("duration_ms = 1.5", 15, "duration_ms compares with a whole number of milliseconds.")]
    [InlineData("duration_ms = 9223372036854775808", 15, "duration_ms compares with")]
    [InlineData("duration_ms = ٣", 15, "duration_ms compares with")]
    [InlineData("duration_ms : 5", 13, "duration_ms takes = != < <= > >=, and : only before *.")]
    [InlineData("duration_ms = 5*", 15, "duration_ms compares with")]
    [InlineData("start_time = yesterday", 14, "start_time compares with a time, as 2026-01-31T12:00:00Z.")]
    [InlineData("start_time > 2026-02-30", 14, "start_time compares with a time")]
    [InlineData("start_time : 2026", 12, "start_time takes")]
    [InlineData("finish_time = \"\"", 15, "finish_time compares with a time")]
    [InlineData("action = \"reboot", 10, "the quotes that begin here do not end.")]
    [InlineData("action = 'reboot\\'", 10, "the quotes that begin here do not end.")]
    [InlineData("action = \"reboot\" x", 19, "AND, OR or the end is expected instead of 'x'.")]
    [InlineData("action = reboot done = true", 17, "AND, OR or the end is expected instead of 'done = true'.")]
    [InlineData("action = reboot and done = true", 17, "AND, OR or the end is expected instead of 'and done = true'.")]
    [InlineData("action = reboot AND", 20, "a condition is missing, as outcome = failed.")]
    [InlineData("AND action = reboot", 1, "a condition is expected, as outcome = failed, instead of AND.")]
    [InlineData("OR", 1, "a condition is expected, as outcome = failed, instead of OR.")]
    [InlineData("NOT", 4, "a condition is missing")]
    [InlineData("= reboot", 1, "a condition is expected, as outcome = failed, instead of '= reboot'.")]
    [InlineData("(action = reboot", 17, "a closing parenthesis is expected instead of the end.")]
    [InlineData("action = reboot)", 16, "AND, OR or the end is expected instead of ')'.")]
    [InlineData("()", 2, "a condition is expected")]
    [InlineData("action = re(boot)", 12, "AND, OR or the end is expected instead of '(boot)'.")]
    [InlineData("記録 = x", 1, "a condition is expected, as outcome = failed, instead of '記録 = x'.")]
    [InlineData("server.name = \"記録 😀\" x", 22, "AND, OR or the end is expected instead of 'x'.")]
    [InlineData("\0", 1, "a condition is expected")]
    [InlineData("action\0= x", 7, "one of = != < <= > >= :")]
    [InlineData("action = a; DROP TABLE records", 13, "AND, OR or the end is expected")]
    public void A_text_that_is_no_filter_is_refused_with_the_column(string filter, int column, string why)
    {
        var refused = Assert.Throws<Fault>(() => FilterParser.Parse(filter));
        Assert.Equal((400, FilterScan.Problem, column), (refused.Status, refused.Type, refused.Column));
        Assert.StartsWith($"filter, column {column}: {why}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_may_be_2000_characters_long_and_no_longer()
    {
        var longest = "action = " + new string('a', 1991);
        Assert.NotNull(FilterParser.Parse(longest));
        var refused = Assert.Throws<Fault>(() => FilterParser.Parse(longest + "a"));
        Assert.Equal(
            "filter, column 2001: a filter has at most 2000 characters, and this one has 2001.", refused.Message);
    }

    [Fact]
    public void Parentheses_and_nots_may_lie_32_deep_and_no_deeper()
    {
        foreach (var (open, close) in new[] { ("(", ")"), ("NOT ", ""), ("-", "") })
        {
            Assert.NotNull(FilterParser.Parse(Nested(open, close, 32)));
            Assert.NotNull(FilterParser.Parse(string.Join(" AND ", Enumerable.Repeat(Nested(open, close, 3), 40))));
            foreach (var depth in new[] { 33, 100, 400 })
            {
                var refused = Assert.Throws<Fault>(() => FilterParser.Parse(Nested(open, close, depth)));
                Assert.Equal(
                    $"filter, column {32 * open.Length + 1}: more than 32 parentheses and NOTs lie within each other.",
                    refused.Message);
            }
        }

        static string Nested(string open, string close, int depth)
            => string.Concat(Enumerable.Repeat(open, depth)) + "done = true"
                + string.Concat(Enumerable.Repeat(close, depth));
    }

    [Fact]
    public void Each_field_with_each_operator_and_value_is_understood_or_refused()
    {
        string[] signs = ["=", "!=", "<", "<=", ">", ">=", ":"];
        string[] values = ["x", "true", "5", "2026", "failed", "Error", "*", "a*", "\"\"", "''", "\"\\\"\""];
        foreach (var (name, field) in FilterField.All)
        {
            foreach (var (sign, value) in signs.SelectMany(sign => values.Select(value => (sign, value))))
            {
                try
                {
                    var filter = FilterParser.Parse($"{name} {sign} {value}")!;
                    Assert.True(filter.Uses(field));
                    // Each ends in an answer, and its opposite in the other one.
                    Assert.NotEqual(filter.Matches(Failed), new Not(filter).Matches(Failed));
                    Assert.NotEqual(filter.Matches(Running), new Not(filter).Matches(Running));
                }
                catch (Fault refused)
                {
                    Assert.Equal(400, refused.Status);
                    Assert.Contains(name, refused.Message, StringComparison.Ordinal);
                }
            }
        }
    }
}

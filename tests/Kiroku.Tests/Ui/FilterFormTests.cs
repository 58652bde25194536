using Kiroku.Actions.Live.Filters;
using Kiroku.Ui.Actions.Lists;
using Microsoft.Extensions.Primitives;

namespace Kiroku.Tests.Ui;

/// <summary>The form of a filter becomes the text of the API, and shows what a text says without losing any.</summary>
public sealed class FilterFormTests
{
    [Theory]
    [InlineData("outcome", "failed", "outcome = failed")]
    [InlineData("action", "confirmResize", "action = confirmResize")]
    [InlineData("server", "web", "server.name : web")]
    [InlineData("server", "my \"web\" *", """server.name : "my \"web\" \*" """)]
    [InlineData("server", "65818b0c-b116-43c5-ab91-2bb6dee986ab", "server.id = 65818b0c-b116-43c5-ab91-2bb6dee986ab")]
    [InlineData("user", "abf20cefda4244b288f5388770c9819c", "user_id = abf20cefda4244b288f5388770c9819c")]
    [InlineData("from", "2026-11-29T18:00", "start_time >= 2026-11-29T18:00Z")]
    [InlineData("to", "2026-11-29T18:00:30", "start_time < 2026-11-29T18:00:30Z")]
    [InlineData("reason", "disk-full", "attempts.reason_code = disk-full")]
    [InlineData("warning", "not-undone", "warnings.code = not-undone")]
    [InlineData("seconds", "1.5", "duration_ms >= 1500")]
    public void A_field_becomes_a_condition_and_the_condition_the_field(string name, string value, string text)
    {
        var written = Form((name, value)).Text();
        Assert.Equal(text.TrimEnd(), written);
        Assert.NotNull(FilterParser.Parse(written));
        var shown = FilterForm.Of(written);
        Assert.Equal((value, written), (shown[name], shown.Text()));
        Assert.Empty(shown.Rest);
    }

    [Theory]
    [InlineData("server.name", "=", "web*", "server.name = web*")]
    [InlineData("server.name", "!=", "a b*", "server.name != \"a b*\"")]
    [InlineData("attempts.details", ":", "no space", "attempts.details : \"no space\"")]
    [InlineData("attempts.details", ":", "2*", "attempts.details : \"2\\*\"")]
    [InlineData("duration_ms", "<", "5", "duration_ms < 5")]
    [InlineData("duration_ms", "<=", "5", "duration_ms <= 5")]
    [InlineData("finish_time", ">", "2026", "finish_time > 2026")]
    [InlineData("finish_time", ">=", "2026-11-29T18:00:00Z", "finish_time >= 2026-11-29T18:00:00Z")]
    [InlineData("user_id", "*", "", "user_id:*")]
    public void Any_field_can_be_compared_in_each_way(string field, string sign, string value, string text)
    {
        var form = Form(("outcome", "failed"), ("field", field), ("operator", sign), ("value", value));
        Assert.Equal($"outcome = failed AND {text}", form.Text());
        Assert.NotNull(FilterParser.Parse(form.Text()));
        Assert.Equal(form.Text(), FilterForm.Of(form.Text()).Text());
    }

    [Theory]
    [InlineData("outcome = failed OR outcome = cancelled AND action = stop", "stop", 1)]
    [InlineData("(action = stop AND done = true) AND NOT user_id:*", "", 2)]
    [InlineData("action = stop AND action = start", "stop", 1)]
    [InlineData("action = \"a AND b\" AND server.name = 'x\\' AND y'", "", 2)]
    [InlineData("action = fly", "", 1)]
    [InlineData("action = stop AND", "stop", 1)]
    [InlineData("server.name = \"no end AND action = stop", "", 1)]
    [InlineData("))((", "", 1)]
    [InlineData("action = stop AND server.name : \"65818b0c-b116-43c5-ab91-2bb6dee986ab\"", "stop", 1)]
    [InlineData("action = stop AND server.name : 65818b0c-b116-43c5-ab91-2bb6dee986ab", "stop", 1)]
    [InlineData("action = stop AND server.name = 65818b0c-b116-43c5-ab91-2bb6dee986ab", "stop", 1)]
    [InlineData("action = stop AND server.id = web", "stop", 1)]
    [InlineData("action = stop AND duration_ms >= 9223372036854775807", "stop", 1)]
    [InlineData("action = stop AND duration_ms >= 0001", "stop", 1)]
    public void What_no_field_shows_stays_as_it_was_typed(string text, string action, int rest)
    {
        var form = FilterForm.Of(text);
        Assert.Equal((action, rest), (form["action"], form.Rest.Count));
        var words = text.Split(" AND").Select(part => part.Trim()).Where(part => part.Length > 0);
        Assert.All(words, word => Assert.Contains(word, form.Text(), StringComparison.Ordinal));
        Assert.Equal(form.Text(), FilterForm.Of(form.Text()).Text());
    }

    /// <summary>No value can say more than that it is one.</summary>
    [Theory]
    [InlineData("\" OR outcome = failed OR server.name : \"")]
    [InlineData("\\")]
    [InlineData("\\\" OR done = false")]
    [InlineData("AND")]
    [InlineData("*")]
    [InlineData("')(")]
    [InlineData("\u202e🦊 <script>")]
    public void A_hostile_value_is_only_a_value(string value)
    {
        foreach (var name in new[] { "server", "user" })
        {
            var text = Form((name, value)).Text();
            Assert.IsNotType<AnyOf>(FilterParser.Parse(text));
            Assert.Equal(value, FilterForm.Of(text)[name]);
        }
    }

    [Theory]
    [InlineData("from", "tomorrow")]
    [InlineData("seconds", "-1")]
    [InlineData("seconds", "9e99")]
    [InlineData("seconds", "99999999999999999999999999")]
    public void A_value_that_is_none_is_left_to_the_API_to_refuse(string name, string value)
    {
        var text = Form((name, value)).Text();
        Assert.Contains(value, text, StringComparison.Ordinal);
        Assert.Contains(value, FilterForm.Of(text).Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_form_offers_every_word_and_field_of_the_API()
    {
        Assert.Equal(Kiroku.Actions.Outcomes.All.Order(), RecordWords.Outcomes.Order());
        Assert.Equal(Kiroku.Actions.ActionNames.All.Order(), RecordWords.Actions.Order());
        Assert.Equal(Kiroku.Actions.ReasonCodes.All.Order(), RecordWords.Reasons.Order());
        Assert.Equal(Kiroku.Actions.WarningCodes.All.Order(), RecordWords.Warnings.Order());
        Assert.Equal(FilterField.All.Keys.Order(), RecordWords.Fields.Order());
    }

    [Fact]
    public void A_condition_is_taken_away_alone()
    {
        var form = FilterForm.Of("outcome = failed AND done = true AND action = re*");
        Assert.Equal("outcome = failed AND action = re*", form.Without(0));
        Assert.Equal("outcome = running AND done = true AND action = re*", form.With("outcome", "running"));
    }

    private static FilterForm Form(params (string Name, string Value)[] fields)
        => FilterForm.Of(new QueryCollection(
            fields.ToDictionary(field => field.Name, field => new StringValues(field.Value))));
}

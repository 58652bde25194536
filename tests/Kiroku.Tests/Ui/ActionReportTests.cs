using Kiroku.Ui.Actions;
using Kiroku.Ui.Texts;

namespace Kiroku.Tests.Ui;

/// <summary>The report for a ticket: what others have named or said is only text there, and can be read.</summary>
public sealed class ActionReportTests
{
    private static readonly DateTime Start = new(2026, 11, 30, 1, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("web", "`web`")]
    [InlineData("[here](https://evil.example) ![](x.png)", "`[here](https://evil.example) ![](x.png)`")]
    [InlineData("https://evil.example @everyone #1 !2", "`https://evil.example @everyone #1 !2`")]
    [InlineData("<img src=x> &amp; <!-- {code} |a|b|", "`<img src=x> &amp; <!-- {code} |a|b|`")]
    [InlineData("**b** _i_ ~~s~~ \\* \\", "`**b** _i_ ~~s~~ \\* \\`")]
    [InlineData("a`b``c", "```a`b``c```")]
    [InlineData("`", "`` ` ``")]
    [InlineData("``` a", "```` ``` a ````")]
    [InlineData(" a ", "`  a  `")]
    [InlineData("one\r\n# two\n\n- three\ttab", "`one\\u{d}\\u{a}# two\\u{a}\\u{a}- three\\u{9}tab`")]
    [InlineData("\u202egnol\u2028\u200f\u0085", "`\\u{202e}gnol\\u{2028}\\u{200f}\\u{85}`")]
    [InlineData("🦊 日本 مرحبا", "`🦊 日本 مرحبا`")]
    public void A_text_of_others_is_a_code_span_that_nothing_in_it_can_end(string text, string code)
    {
        Assert.Equal(code, MarkdownCode.Code(text));
        foreach (var language in new[] { Language.English, Language.Japanese })
        {
            var lines = ReportOf(text, PageTexts.In(language)).TrimEnd().Split(Environment.NewLine);
            Assert.EndsWith($": {code}", lines[0], StringComparison.Ordinal);
            // The heading; what is said of the action, its warning and its second try; and the user.
            Assert.Equal(4, lines.Count(line => line.EndsWith($": {code}", StringComparison.Ordinal)));
            Assert.Single(lines, line => line.EndsWith($": {code} `u`", StringComparison.Ordinal));
            Assert.All(lines, line => Assert.Matches(@"^(## |- |\| |$)", line));
            Assert.Equal(4, lines.Count(line => line.StartsWith('|')));
        }
    }

    [Fact]
    public void What_has_no_name_leaves_no_empty_code() => Assert.Equal("", MarkdownCode.Code(""));

    private static string ReportOf(string text, PageTexts texts) => ActionReport.Of(new ActionFacts
    {
        RequestId = "req-1",
        Server = new ServerFacts(Guid.Empty, text),
        Action = "start",
        Done = true,
        Outcome = "succeeded_after_retries",
        UserId = "u",
        UserName = text,
        Details = text,
        StartTime = Start,
        FinishTime = Start.AddSeconds(3),
        Warnings = [new WarningFacts("not-undone", text, null, null)],
        Attempts =
        [
            new AttemptFacts
            {
                Event = "compute_start_instance", Attempt = 1, StartTime = Start, FinishTime = Start.AddSeconds(1),
                Result = "Error", ReasonCode = "hypervisor-failed", Details = text,
            },
            new AttemptFacts
            {
                Event = "compute_start_instance", Attempt = 2, StartTime = Start.AddSeconds(2),
                FinishTime = Start.AddSeconds(3), Result = "Success",
            },
        ],
    }, Start.AddSeconds(3), texts);
}

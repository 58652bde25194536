using Kiroku.Api;

namespace Kiroku.Tests.CommandLine;

/// <summary>Texts of others on a terminal.</summary>
public sealed class PlainTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("web 1", "web 1")]
    [InlineData("記録 😀 é", "記録 😀 é")]
    [InlineData("\u001b]0;title\u0007", "\\u{1b}]0;title\\u{7}")]
    [InlineData("a\r\n\tb\0", "a\\u{d}\\u{a}\\u{9}b\\u{0}")]
    [InlineData("\u007f\u0085\u009b", "\\u{7f}\\u{85}\\u{9b}")]
    [InlineData("\u202e\u2066\u200f\ufeff", "\\u{202e}\\u{2066}\\u{200f}\\u{feff}")]
    [InlineData("\u2028\u2029\ue000", "\\u{2028}\\u{2029}\\u{e000}")]
    [InlineData("[red]", "[red]")]
    public void Nothing_of_it_moves_a_cursor_or_turns_letters_round(string? text, string plain)
        => Assert.Equal(plain, PlainText.Of(text));
}

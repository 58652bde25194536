using Kiroku.Ui.Door;
using Kiroku.Ui.Texts;

namespace Kiroku.Ui.Looks;

/// <summary>Why what a visitor asked for was not done.</summary>
/// <param name="Text">One sentence.</param>
/// <param name="Language">The sentence's, as BCP 47 names it; null if it is the page's.</param>
public sealed record PageProblem(string Text, string? Language = null)
{
    /// <summary>The API's own sentence, which is English; if it gave none, one of the page's.</summary>
    internal static PageProblem Of(ApiAnswer answer, PageTexts texts, string otherwise = "error.other.text")
        => answer.Message() is { } sentence ? new PageProblem(sentence, "en") : new PageProblem(texts[otherwise]);
}

using System.Collections;
using System.Collections.Frozen;
using System.Globalization;
using System.Resources;

namespace Kiroku.Ui.Texts;

/// <summary>
/// The page's texts in one language, from <c>English.resx</c> or <c>Japanese.resx</c>. Both lie in the program itself
/// and are read when first needed: no culture and no further assembly takes part.
/// </summary>
public sealed class PageTexts
{
    private static readonly Lazy<PageTexts> English = new(() => new PageTexts(Language.English));
    private static readonly Lazy<PageTexts> Japanese = new(() => new PageTexts(Language.Japanese));

    private readonly FrozenDictionary<string, string> texts;

    private PageTexts(Language language)
    {
        var name = $"Kiroku.Ui.Texts.{language}.resources";
        using var stream = typeof(PageTexts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program lacks {name}.");
        using var reader = new ResourceReader(stream);
        texts = reader.Cast<DictionaryEntry>().ToFrozenDictionary(
            entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
    }

    public IEnumerable<string> Keys => texts.Keys;

    /// <summary>The text of a key, which must exist.</summary>
    public string this[string key] => texts[key];

    /// <summary>The text of a key with values in the places <c>{0}</c>, <c>{1}</c>…</summary>
    public string this[string key, params object?[] values]
        => string.Format(CultureInfo.InvariantCulture, texts[key], values);

    public static PageTexts In(Language language) => (language == Language.Japanese ? Japanese : English).Value;

    /// <summary>The text for a word of the API's; the word itself if only a newer version knows it.</summary>
    public string Word(string kind, string word) => texts.GetValueOrDefault($"{kind}.{word}", word);

    public string? Find(string key) => texts.GetValueOrDefault(key);
}

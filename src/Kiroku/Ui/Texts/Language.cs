namespace Kiroku.Ui.Texts;

/// <summary>The languages of the page.</summary>
public enum Language
{
    English,
    Japanese,
}

/// <summary>Languages as HTTP and HTML name them.</summary>
internal static class Languages
{
    public static string Tag(this Language language) => language == Language.Japanese ? "ja" : "en";

    public static Language? OfTag(string? tag) => tag switch
    {
        "en" => Language.English,
        "ja" => Language.Japanese,
        _ => null,
    };

    /// <summary>The first that the browser asks for, by its preferences; English if it asks for none of them.</summary>
    public static Language Of(HttpRequest request)
        => request.GetTypedHeaders().AcceptLanguage
            .Where(asked => asked.Quality != 0)
            .OrderByDescending(asked => asked.Quality ?? 1)
            .Select(asked => OfTag(asked.Value.Value?.Split('-')[0].ToLowerInvariant()))
            .FirstOrDefault(known => known is not null) ?? Language.English;
}

namespace Kiroku.SystemTests.Ui;

/// <summary>How a browser is set up.</summary>
internal sealed record BrowserChoice
{
    public int Width { get; init; } = 1440;

    public int Height { get; init; } = 1000;

    public Look Look { get; init; } = Look.All[0];

    public bool Scripts { get; init; } = true;
}

/// <summary>What somebody's system prefers, as the browser says it to pages.</summary>
internal sealed record Look(string Language, bool IsDark)
{
    public static readonly IReadOnlyList<Look> All =
        [new("en", false), new("ja", false), new("en", true), new("ja", true)];

    /// <summary>One of the widths of <see cref="Browser"/>: each theme and each language has each.</summary>
    public int Width => Browser.Widths[IsDark ^ Language == "ja" ? 1 : 0];

    public override string ToString() => $"{Language}-{(IsDark ? "dark" : "light")}";
}

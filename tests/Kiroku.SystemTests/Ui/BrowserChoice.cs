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
    /// <summary>All there are with KIROKU_FULL=1; otherwise two that have both themes and both languages.</summary>
    public static readonly IReadOnlyList<Look> All = FullTier.IsOn
        ? [new("en", false), new("ja", false), new("en", true), new("ja", true)]
        : [new("en", false), new("ja", true)];

    /// <summary>
    /// The widths of <see cref="Browser"/> that axe looks at a page in: both with KIROKU_FULL=1, otherwise one.
    /// </summary>
    public IReadOnlyList<int> Widths => FullTier.IsOn ? Browser.Widths : [Browser.Widths[IsDark ? 1 : 0]];

    public override string ToString() => $"{Language}-{(IsDark ? "dark" : "light")}";
}

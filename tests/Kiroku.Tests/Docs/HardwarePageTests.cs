using Kiroku.Hardware;

namespace Kiroku.Tests.Docs;

/// <summary>Two pages say what the code does with each property and extra spec.</summary>
public sealed class HardwarePageTests
{
    private const string Page = "image-properties.md";
    private const string FlavorsPage = "extra-specs.md";

    [Fact]
    public void The_page_has_the_properties_of_images()
    {
        new GeneratedPart(Page, "honoured properties").Settle(Honoured("property", ImageWishes.All));
        new GeneratedPart(Page, "refused properties").Settle(Refused(ImageWishes.All));
        new GeneratedPart(Page, "idle properties").Settle(Idle(ImageWishes.All));
    }

    [Fact]
    public void The_page_has_the_extra_specs_of_flavors()
    {
        new GeneratedPart(FlavorsPage, "honoured extra specs").Settle(Honoured("extra spec", FlavorWishes.All));
        new GeneratedPart(FlavorsPage, "refused extra specs").Settle(Refused(FlavorWishes.All));
        new GeneratedPart(FlavorsPage, "idle extra specs").Settle(Idle(FlavorWishes.All));
    }

    [Fact]
    public void The_page_has_the_older_names()
        => new GeneratedPart(Page, "older names").Settle(
        [
            "| older name | present name |", "|---|---|",
            .. ImageWishes.OlderNames.Select(pair => $"| `{pair.Key}` | `{pair.Value}` |"),
        ]);

    private static IEnumerable<string> Honoured(string what, IReadOnlyList<Wish> wishes) =>
    [
        $"| {what} | only on a host that has it | effect |", "|---|---|---|",
        .. wishes.Where(wish => wish.Effect is WishEffect.Honoured or WishEffect.Required).Select(
            wish => $"| `{wish.Name}` | {(wish.Effect == WishEffect.Required ? "yes" : "")} | {wish.Words} |"),
    ];

    private static IEnumerable<string> Refused(IReadOnlyList<Wish> wishes) =>
    [
        "| no host has | asked for by |", "|---|---|", .. Grouped(wishes, WishEffect.Lacking),
    ];

    private static IEnumerable<string> Idle(IReadOnlyList<Wish> wishes)
        => ["| why | name |", "|---|---|", .. Grouped(wishes, WishEffect.None)];

    private static IEnumerable<string> Grouped(IReadOnlyList<Wish> wishes, WishEffect effect)
        => wishes.Where(wish => wish.Effect == effect).GroupBy(wish => wish.Words).Select(
            group => $"| {group.Key} | {string.Join(", ", group.Select(NameOf).Distinct())} |");

    /// <summary>Capabilities are many and all alike.</summary>
    private static string NameOf(Wish wish)
        => wish.Name.StartsWith("capabilities:", StringComparison.Ordinal) ? "`capabilities:…`" : $"`{wish.Name}`";
}

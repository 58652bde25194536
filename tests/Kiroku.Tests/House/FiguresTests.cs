using Kiroku.Tests.Docs;

namespace Kiroku.Tests.House;

/// <summary>Writes the figures for <c>scripts/house</c>, which shows them.</summary>
public sealed class FiguresTests
{
    [Fact(Explicit = true)]
    public void They_are_written_for_the_script()
    {
        var file = Path.Combine(Page.Root, "artifacts", "house.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, new Figures(Product.Current).Write());
    }
}

using Kiroku.Tests.Docs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Kiroku.Tests.House;

/// <summary>The product's files and their uses of each other.</summary>
internal sealed class Product
{
    public static string Folder { get; } = Path.Combine(Page.Root, "src", "Kiroku");

    private static readonly Lazy<Product> Read = new(() => new Product(SourceCode.Read(Folder)));


    private Product(CSharpCompilation source)
    {
        Source = source;
        Files = [.. source.SyntaxTrees.Where(tree => tree.FilePath.Length > 0).AsParallel().AsOrdered()
            .Select(tree => TypeUses.Read(source, tree))];
    }

    /// <summary>The product, read once for all tests.</summary>
    public static Product Current => Read.Value;

    public CSharpCompilation Source { get; }

    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>Which files use which. The parts of one type, <c>X.cs</c> and <c>X.Part.cs</c>, count as one
    /// file.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> FileGraph => Graph(Files, SourceFile.WholeOf);

    /// <summary>Which folders use which. The files that put a room together do not count.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> FolderGraph => Graph(Rooms, SourceFile.FolderOf);

    private IEnumerable<SourceFile> Rooms => Files.Where(file => !file.IsTableOfContents);

    private static Dictionary<string, IReadOnlySet<string>> Graph(
        IEnumerable<SourceFile> files, Func<string, string> place)
        => files.GroupBy(file => place(file.Path)).ToDictionary(
            group => group.Key,
            group => (IReadOnlySet<string>)group.SelectMany(file => file.Uses).Select(place)
                .Where(other => other != group.Key).ToHashSet());
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kiroku.Tests.House;

/// <summary>
/// The types that a file uses: it names, infers or creates them, or uses their members or constants.
/// </summary>
internal static class TypeUses
{
    public static SourceFile Read(CSharpCompilation source, SyntaxTree tree)
    {
        var uses = Symbols(source.GetSemanticModel(tree), tree.GetRoot()).SelectMany(Types)
            .Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default)
            .Where(type => !type.DeclaringSyntaxReferences.Any(part => part.SyntaxTree == tree)).Select(FileOf)
                .OfType<string>();
        return new SourceFile(tree.FilePath, tree.GetText().Lines.Count - 1, uses.ToHashSet(), [.. Texts(tree)]);
    }

    /// <summary>All symbols that a piece of source refers to, repeatedly if it does so.</summary>
    public static IEnumerable<ISymbol> Symbols(SemanticModel model, SyntaxNode root)
    {
        foreach (var node in root.DescendantNodes(node => node is not UsingDirectiveSyntax))
        {
            if (node
                is not (SimpleNameSyntax or BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax
                    or BinaryExpressionSyntax))
                continue;
            var found = model.GetSymbolInfo(node);
            if ((found.Symbol ?? found.CandidateSymbols.FirstOrDefault()) is { } symbol)
                yield return symbol;
        }
    }

    /// <summary>The file of one of the product's types; if there are several, the one with the type's name.</summary>
    public static string? FileOf(INamedTypeSymbol type)
    {
        var files = type.DeclaringSyntaxReferences.Select(part => part.SyntaxTree.FilePath).ToList();
        return files.Find(file => Path.GetFileNameWithoutExtension(file) == type.Name) ?? files.FirstOrDefault();
    }

    /// <summary>The product's outermost types that a symbol is or belongs to.</summary>
    private static IEnumerable<INamedTypeSymbol> Types(ISymbol symbol) => symbol switch
    {
        INamedTypeSymbol type => [Outermost(type), .. type.TypeArguments.SelectMany(Types)],
        IArrayTypeSymbol array => Types(array.ElementType),
        IPointerTypeSymbol pointer => Types(pointer.PointedAtType),
        IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol when symbol.ContainingType is { } owner
            => [Outermost(owner)],
        _ => [],
    };

    private static INamedTypeSymbol Outermost(INamedTypeSymbol type)
        => type.ContainingType is { } outer ? Outermost(outer) : type.OriginalDefinition;

    private static IEnumerable<string> Texts(SyntaxTree tree) => tree.GetRoot().DescendantTokens()
        .Where(token => token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
            or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken)
        .Select(token => token.ValueText);
}

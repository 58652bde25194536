using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kiroku.Tests.House;

/// <summary>
/// Which types a file uses: those that it names, infers, makes, or whose members it touches; constants, too.
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

    /// <summary>What a piece of source refers to, over and over where it does so.</summary>
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

    /// <summary>The file that a type of the product stands in; of several, the one with its name.</summary>
    public static string? FileOf(INamedTypeSymbol type)
    {
        var files = type.DeclaringSyntaxReferences.Select(part => part.SyntaxTree.FilePath).ToList();
        return files.Find(file => Path.GetFileNameWithoutExtension(file) == type.Name) ?? files.FirstOrDefault();
    }

    /// <summary>The outermost types of the product that a symbol is or belongs to.</summary>
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

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kiroku.Tests.House;

/// <summary>
/// Finds what a method reaches by calls. Calls of an interface or a base class go on only in those implementations
/// that were registered for it.
/// </summary>
internal sealed class CallGraph
{
    private readonly CSharpCompilation source;
    private readonly Dictionary<ISymbol, List<ISymbol>> behind = new(SymbolEqualityComparer.Default);

    public CallGraph(CSharpCompilation source, IEnumerable<string> behind)
    {
        this.source = source;
        foreach (var type in behind.Select(Find))
            foreach (var member in type.GetMembers())
                foreach (var above in Above(type, member))
                    (this.behind.TryGetValue(above, out var list) ? list : this.behind[above] = []).Add(member);
    }

    /// <summary>The files of everything that can be reached from the given members.</summary>
    public IReadOnlyList<string> Files(params (string Type, string? Member)[] starts)
    {
        var open = new Stack<ISymbol>(starts.SelectMany(start => Find(start.Type).GetMembers()
            .Where(member => start.Member is null || member.Name == start.Member)));
        var reached = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        while (open.TryPop(out var member))
        {
            if (!reached.Add(member)) continue;
            foreach (var next in member.DeclaringSyntaxReferences.SelectMany(Calls).Concat(
                behind.GetValueOrDefault(member) ?? []))
                open.Push(next);
        }
        return
        [
            .. reached.SelectMany(member => member.DeclaringSyntaxReferences).Select(part => part.SyntaxTree.FilePath)
                .Distinct().Order(StringComparer.Ordinal),
        ];
    }

    private INamedTypeSymbol Find(string type)
        => source.GetSymbolsWithName(type, SymbolFilter.Type).OfType<INamedTypeSymbol>().Single(
            found => found.ContainingType is null);

    private IEnumerable<ISymbol> Calls(SyntaxReference part) => part.GetSyntax() switch
    {
        TypeDeclarationSyntax => [],
        var node => TypeUses.Symbols(source.GetSemanticModel(node.SyntaxTree), node).Select(Member).OfType<ISymbol>(),
    };

    private static ISymbol? Member(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction } => null,
        IMethodSymbol method => (method.ReducedFrom ?? method).OriginalDefinition,
        IPropertySymbol or IFieldSymbol or IEventSymbol => symbol.OriginalDefinition,
        _ => null,
    };

    /// <summary>The members that a member overrides or implements.</summary>
    private static IEnumerable<ISymbol> Above(INamedTypeSymbol type, ISymbol member)
    {
        for (var above = Overridden(member); above is not null; above = Overridden(above))
            yield return above.OriginalDefinition;
        foreach (var above in type.AllInterfaces.SelectMany(implemented => implemented.GetMembers()))
            if (SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(above), member))
                yield return above.OriginalDefinition;
    }

    private static ISymbol? Overridden(ISymbol member) => member switch
    {
        IMethodSymbol method => method.OverriddenMethod,
        IPropertySymbol property => property.OverriddenProperty,
        _ => null,
    };
}

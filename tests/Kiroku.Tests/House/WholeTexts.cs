using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kiroku.Tests.House;

/// <summary>
/// Texts of source as they are put together: of literals, one after another, with the constants that stand in them.
/// </summary>
internal static class WholeTexts
{
    /// <summary>What is not known before the program runs.</summary>
    private const string Unknown = "?";

    public static IEnumerable<string> Of(SemanticModel model)
        => model.SyntaxTree.GetRoot().DescendantNodes(node => !IsText(node)).Where(IsText)
            .Select(node => TextOf(model, (ExpressionSyntax)node));

    private static bool IsText(SyntaxNode node) => node switch
    {
        InterpolatedStringExpressionSyntax => true,
        LiteralExpressionSyntax literal => literal.IsKind(SyntaxKind.StringLiteralExpression),
        BinaryExpressionSyntax sum => sum.IsKind(SyntaxKind.AddExpression) && (IsText(sum.Left) || IsText(sum.Right)),
        _ => false,
    };

    private static string TextOf(SemanticModel model, ExpressionSyntax expression) => expression switch
    {
        _ when model.GetConstantValue(expression) is { HasValue: true, Value: string text } => text,
        InterpolatedStringExpressionSyntax whole => string.Concat(whole.Contents.Select(part => part switch
        {
            InterpolationSyntax hole => TextOf(model, hole.Expression),
            InterpolatedStringTextSyntax text => text.TextToken.ValueText,
            _ => Unknown,
        })),
        BinaryExpressionSyntax sum => TextOf(model, sum.Left) + TextOf(model, sum.Right),
        _ => Unknown,
    };
}

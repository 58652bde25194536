using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Kiroku.Tests.Docs;

/// <summary>
/// The summaries of types and properties as Markdown, from the file of comments that the compiler writes.
/// </summary>
internal static partial class CodeComments
{
    private static readonly Lazy<Dictionary<string, XElement?>> Members = new(() =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Kiroku.xml")).Descendants("member")
            .ToDictionary(member => (string)member.Attribute("name")!, member => member.Element("summary")));

    public static string Of(Type type) => Of($"T:{type.FullName}");

    public static string Of(PropertyInfo property) => Of($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private static string Of(string member)
        => Members.Value.GetValueOrDefault(member) is { } summary ? Space().Replace(Text(summary), " ").Trim() : "";

    private static string Text(XElement element) => string.Concat(element.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{((string?)see.Attribute("cref"))?.Split('.', ':')[^1]}`",
        _ => throw new InvalidOperationException($"No idea how to show {node} on a page."),
    }));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}

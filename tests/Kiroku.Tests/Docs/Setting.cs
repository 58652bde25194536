using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Kiroku.CommandLine;

namespace Kiroku.Tests.Docs;

/// <summary>A property of an options class, with the key that sets it or, where there is none, its name.</summary>
internal sealed partial record Setting(string Key, PropertyInfo Property, object? Default, PropertyInfo? Group)
{
    /// <summary>All options classes in the product. One without a section can be set only by code.</summary>
    public static IReadOnlyList<Type> Classes { get; } =
    [
        .. typeof(KirokuApp).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsNested: false }
                && type.Name.EndsWith("Options", StringComparison.Ordinal))
            .Where(type => type != typeof(ServiceOptions))
            .OrderBy(type => SectionOf(type) ?? type.Name, StringComparer.Ordinal),
    ];

    /// <summary>The row of docs/settings.md.</summary>
    public string Row => $"| `{Key}` | {Shown(Default)} | {Range} | {Meaning} |";

    public string Meaning => string.Join(' ', new[] { Property, Group }.OfType<PropertyInfo>().Select(CodeComments.Of));

    /// <summary>The allowed range, if an attribute states it. Otherwise the meaning does.</summary>
    private string Range => Property.GetCustomAttribute<RangeAttribute>() switch
    {
        null => "",
        { Maximum: int.MaxValue } range => $"from {Plain(range.Minimum)}",
        { } range => $"{Plain(range.Minimum)} to {Plain(range.Maximum)}",
    };

    public static string? SectionOf(Type type) => (string?)type.GetField("Section")?.GetRawConstantValue();

    /// <summary>The settings of a class, including those of nested objects.</summary>
    public static IEnumerable<Setting> Of(Type type) => Of(Activator.CreateInstance(type)!, SectionOf(type), null);

    private static IEnumerable<Setting> Of(object options, string? section, PropertyInfo? group)
        => options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .SelectMany(property => section is not null && property.PropertyType.Assembly == typeof(KirokuApp).Assembly
                ? Of(property.GetValue(options)!, $"{section}:{property.Name}", property)
                : [new(section is null
                    ? property.Name
                    : $"{section}:{property.Name}", property, property.GetValue(options), group)]);

    private static string Shown(object? value) => value switch
    {
        null or "" => "none",
        bool yes => yes ? "`true`" : "`false`",
        _ when value.GetType().Assembly == typeof(KirokuApp).Assembly => "",
        _ => $"`{Plain(value)}`",
    };

    /// <summary>A value as it is written in the settings; a time without trailing zeros.</summary>
    private static string Plain(object value) => value switch
    {
        TimeSpan time => Zeros().Replace(time.ToString("c", CultureInfo.InvariantCulture), ""),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"(?<=\.\d{1,6})0+$")]
    private static partial Regex Zeros();
}

using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Kiroku.CommandLine;

namespace Kiroku.Tests.Docs;

public sealed class ConfigurationPageTests
{
    private static readonly string Text = Page.Read("configuration.md");

    public static TheoryData<string> Keys => [.. OptionClasses().Where(type => SectionOf(type) is not null)
        .SelectMany(type => KeysOf(type, SectionOf(type)!))];

    public static TheoryData<string> PropertiesWithoutKey => [.. OptionClasses().Where(type => SectionOf(type) is null)
        .SelectMany(type => PropertiesOf(type).Select(property => property.Name))];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_is_named_with_its_default(string key)
    {
        var names = key.Split(':');
        var holder = Activator.CreateInstance(OptionClasses().Single(type => SectionOf(type) == names[0]))!;
        foreach (var name in names[1..^1])
            holder = holder.GetType().GetProperty(name)!.GetValue(holder)!;
        var property = holder.GetType().GetProperty(names[^1])!;

        var row = Page.Row(Text, key);

        Assert.NotEmpty(row);
        var actual = property.GetValue(holder);
        if (actual is null or "")
            Assert.Equal("none", row[1]);
        else
            Assert.Equal(actual, TypeDescriptor.GetConverter(property.PropertyType).ConvertFromString(null, CultureInfo.InvariantCulture, row[1]));
    }

    [Theory]
    [MemberData(nameof(PropertiesWithoutKey))]
    public void What_has_no_key_is_named_too(string property) => Assert.NotEmpty(Page.Row(Text, property));

    [Theory]
    [InlineData("serve")]
    [InlineData("tour")]
    public void Every_option_of_the_command_line_is_named(string name)
    {
        var command = name == "serve" ? ServeCommand.Create() : Kiroku.CommandLine.Tour.TourCommand.Create();

        Assert.All(command.Options.Where(option => !option.Hidden), option => Assert.Contains($"{option.Name} ", Text.Replace(']', ' '), StringComparison.Ordinal));
    }

    /// <summary>Every class of settings in the product; one without a section is set by the code alone.</summary>
    private static IEnumerable<Type> OptionClasses() => typeof(KirokuApp).Assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsNested: false } && type.Name.EndsWith("Options", StringComparison.Ordinal) && type != typeof(ServiceOptions));

    /// <summary>The keys of a class of settings; one whose type is a class of ours has keys below it.</summary>
    private static IEnumerable<string> KeysOf(Type type, string above) => PropertiesOf(type).SelectMany(property =>
        property.PropertyType is { IsClass: true } inner && inner.Assembly == type.Assembly
            ? KeysOf(inner, $"{above}:{property.Name}") : [$"{above}:{property.Name}"]);

    private static string? SectionOf(Type type) => (string?)type.GetField("Section")?.GetRawConstantValue();

    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite);
}

using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Kiroku.CommandLine;

namespace Kiroku.Tests.Docs;

public sealed class ConfigurationPageTests
{
    private static readonly string Text = Page.Read("configuration.md");

    public static TheoryData<string> Keys => [.. OptionClasses().Where(type => SectionOf(type) is not null)
        .SelectMany(type => KeysOf(Activator.CreateInstance(type)!, SectionOf(type)!).Select(key => key.Key))];

    public static TheoryData<string> PropertiesWithoutKey => [.. OptionClasses().Where(type => SectionOf(type) is null)
        .SelectMany(type => PropertiesOf(type).Select(property => property.Name))];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_is_named_with_its_default(string key)
    {
        var type = OptionClasses().Single(type => SectionOf(type) == key.Split(':')[0]);
        var (_, kind, value) = KeysOf(Activator.CreateInstance(type)!, SectionOf(type)!).Single(known => known.Key == key);

        var row = Page.Row(Text, key);

        Assert.NotEmpty(row);
        if (value is null or "")
            Assert.Equal("none", row[1]);
        else
            Assert.Equal(value, TypeDescriptor.GetConverter(kind).ConvertFromString(null, CultureInfo.InvariantCulture, row[1]));
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

    private static string? SectionOf(Type type) => (string?)type.GetField("Section")?.GetRawConstantValue();

    /// <summary>The keys that set an object's properties, those of objects inside it included.</summary>
    private static IEnumerable<(string Key, Type Kind, object? Value)> KeysOf(object options, string section)
        => PropertiesOf(options.GetType()).SelectMany(property => property.PropertyType.Assembly == typeof(KirokuApp).Assembly
            ? KeysOf(property.GetValue(options)!, $"{section}:{property.Name}")
            : [($"{section}:{property.Name}", property.PropertyType, property.GetValue(options))]);

    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite);
}

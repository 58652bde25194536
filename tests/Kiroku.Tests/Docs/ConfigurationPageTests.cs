using System.ComponentModel;
using System.Globalization;
using Kiroku.CommandLine;
using Kiroku.CommandLine.Tour;

namespace Kiroku.Tests.Docs;

public sealed class ConfigurationPageTests
{
    private static readonly string Settings = Page.Read("settings.md");
    private static readonly string Text = Page.Read("configuration.md");

    public static TheoryData<string> Keys => Named(withKey: true);

    public static TheoryData<string> PropertiesWithoutKey => Named(withKey: false);

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_is_named_with_its_default(string key)
    {
        var setting = Setting.Classes.SelectMany(Setting.Of).Single(setting => setting.Key == key);

        var row = Page.Row(Settings, key);

        Assert.NotEmpty(row);
        if (setting.Default is null or "")
            Assert.Equal("none", row[1]);
        else
            Assert.Equal(
                setting.Default, Converter(setting).ConvertFromString(null, CultureInfo.InvariantCulture, row[1]));
    }

    [Theory]
    [MemberData(nameof(PropertiesWithoutKey))]
    public void Settings_without_a_key_are_named_too(string property) => Assert.NotEmpty(Page.Row(Settings, property));

    [Theory]
    [InlineData("serve")]
    [InlineData("tour")]
    public void Every_option_of_the_command_line_is_named(string name)
    {
        var command = name == "serve" ? ServeCommand.Create() : TourCommand.Create();

        Assert.All(command.Options.Where(option => !option.Hidden),
            option => Assert.Contains($"{option.Name} ", Text.Replace(']', ' '), StringComparison.Ordinal));
    }

    private static TypeConverter Converter(Setting setting)
        => TypeDescriptor.GetConverter(setting.Property.PropertyType);

    private static TheoryData<string> Named(bool withKey)
        => [.. Setting.Classes.Where(type => Setting.SectionOf(type) is not null == withKey)
            .SelectMany(Setting.Of).Select(setting => setting.Key)];
}

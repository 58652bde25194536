namespace Kiroku.Tests.Docs;

/// <summary>docs/settings.md is made from the comments of the options classes.</summary>
public sealed class SettingsPageTests
{
    /// <summary>Pages that say more about a section.</summary>
    private static readonly Dictionary<string, string> More = new()
    {
        ["Api"] = "[TLS](operating/tls.md)",
        ["Cluster"] = "[Several nodes](operating/several-nodes.md)",
        ["Export"] = "[Exports](export.md)",
        ["Hypervisors"] = "[Hypervisors](operating/hypervisors.md)",
        ["Identity"] = "[Guessed passwords](operating/limits.md#guessed-passwords)",
        ["Idempotency"] = "[Repeating a request](api.md#repeating-a-request)",
        ["Images"] = "[Images on several nodes](operating/several-nodes.md#images-on-several-nodes)",
        ["Keystone"] = "[With a Keystone](operating/keystone.md)",
        ["Metrics"] = "[Metrics and traces](operating/metrics.md)",
        ["Quotas"] = "[Quotas of images](operating/limits.md#quotas-of-images)",
        ["RateLimit"] = "[Too many requests](operating/limits.md#too-many-requests)",
        ["Retention"] = "[Retention](operating/limits.md#retention)",
        ["Streams"] = "[The stream](stream.md)",
        ["Webhooks"] = "[Webhooks](webhooks.md)",
        ["Storage"] = "[PostgreSQL](operating/postgresql.md), [When a disk fills](operating/disks.md)",
    };

    public static TheoryData<string> Keys => [.. Setting.Classes.SelectMany(Setting.Of).Select(setting => setting.Key)];

    [Fact]
    public void The_page_has_every_key_with_its_default_range_and_meaning()
        => new GeneratedPart("settings.md", "settings")
        .Settle(Setting.Classes.Where(type => Setting.SectionOf(type) is not null)
            .SelectMany(type => Section(type, Setting.SectionOf(type)!)).SkipLast(1));

    [Fact]
    public void The_page_has_what_no_key_changes() => new GeneratedPart("settings.md", "fixed")
        .Settle(Setting.Classes.Where(type => Setting.SectionOf(type) is null).SelectMany(Table));

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_setting_says_what_it_is_for(string key) => Assert.NotEmpty(
        Setting.Classes.SelectMany(Setting.Of)
            .Where(setting => setting.Key == key).Select(setting => setting.Meaning).Min()!);

    private static IEnumerable<string> Section(Type type, string section)
    {
        var more = More.TryGetValue(section, out var pages) ? $" More: {pages}." : "";
        return [$"## {section}", "", $"{CodeComments.Of(type)}{more}", "", .. Table(type), ""];
    }

    private static IEnumerable<string> Table(Type type) =>
    [
        "| key | default | range | meaning |",
        "|---|---|---|---|",
        .. Setting.Of(type).Select(setting => setting.Row),
    ];
}

using Kiroku.Ui.Visits;

namespace Kiroku.Ui.Servers;

/// <summary>What a new server can be made of, or an old one be changed to.</summary>
public sealed record Choices
{
    /// <summary>How many of a kind are asked for: as many as the API gives at once.</summary>
    private const int Most = 1000;

    public IReadOnlyList<FlavorDetail> Flavors { get; init; } = [];

    /// <summary>Those that have bytes, by name.</summary>
    public IReadOnlyList<ImageDetail> Images { get; init; } = [];

    public IReadOnlyList<KeyDetail> Keys { get; init; } = [];
    public IReadOnlyList<ZoneDetail> Zones { get; init; } = [];
    public IReadOnlyList<NetworkDetail> Networks { get; init; } = [];
    public required AbsoluteLimits Limits { get; init; }

    /// <summary>Reads all that the form of a new server offers.</summary>
    internal static async Task<Choices> ForNewAsync(ApiClient api) => new()
    {
        Flavors = await FlavorsAsync(api),
        Images = await ImagesAsync(api),
        Keys = [.. (await api.GetAsync($"/v2.1/os-keypairs?limit={Most}", ServerPageJson.Default.KeysDetail))
            .Keypairs.Select(one => one.Keypair).OrderBy(key => key.Name, StringComparer.OrdinalIgnoreCase)],
        Zones = (await api.GetAsync("/v2.1/os-availability-zone", ServerPageJson.Default.ZonesDetail))
            .AvailabilityZoneInfo,
        Networks = (await api.GetAsync("/network/v2.0/networks", ServerPageJson.Default.NetworksDetail)).Networks,
        Limits = await LimitsAsync(api),
    };

    /// <summary>Reads what a server can be changed to.</summary>
    internal static async Task<Choices> ForChangeAsync(ApiClient api) => new()
    {
        Flavors = await FlavorsAsync(api),
        Images = await ImagesAsync(api),
        Limits = await LimitsAsync(api),
    };

    private static async Task<IReadOnlyList<FlavorDetail>> FlavorsAsync(ApiClient api)
        => [.. (await api.GetAsync($"/v2.1/flavors/detail?limit={Most}", ServerPageJson.Default.FlavorsDetail)).Flavors
            .OrderBy(flavor => flavor.Ram).ThenBy(flavor => flavor.Vcpus).ThenBy(flavor => flavor.Disk)];

    private static async Task<IReadOnlyList<ImageDetail>> ImagesAsync(ApiClient api)
        => [.. (await api.GetAsync($"/image/v2/images?limit={Most}&status=active", ServerPageJson.Default.ImagesDetail))
            .Images.OrderBy(image => image.Shown, StringComparer.OrdinalIgnoreCase)];

    private static async Task<AbsoluteLimits> LimitsAsync(ApiClient api)
        => (await api.GetAsync("/v2.1/limits", ServerPageJson.Default.LimitsDetail)).Limits.Absolute;
}

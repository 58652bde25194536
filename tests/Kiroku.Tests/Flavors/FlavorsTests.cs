using System.Text.Json.Nodes;

namespace Kiroku.Tests.Flavors;

public sealed class FlavorsTests : IAsyncLifetime
{
    private static readonly string[] Plain =
        ["id", "name", "ram", "disk", "swap", "OS-FLV-EXT-DATA:ephemeral", "OS-FLV-DISABLED:disabled", "vcpus",
            "os-flavor-access:is_public", "rxtx_factor", "links"];
    private TestApp app = null!;
    private TestUser demo = null!;

    public async ValueTask InitializeAsync()
    {
        app = await TestApp.StartAsync();
        demo = await app.SignInAsync();
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Each_microversion_has_its_keys()
    {
        Assert.Equal(Plain, Keys(await ShowAsync("2.1")));
        Assert.Equal([.. Plain, "description"], Keys(await ShowAsync("2.55")));
        Assert.Equal([.. Plain, "description", "extra_specs"], Keys(await ShowAsync("2.61")));
        Assert.Equal("", (string)(await ShowAsync("2.74"))["swap"]!);
        Assert.Equal(0, (int)(await ShowAsync("2.75"))["swap"]!);
        Assert.Equal("1.0", (await ShowAsync("2.1"))["rxtx_factor"]!.ToJsonString());
    }

    [Fact]
    public async Task Under_v2_a_flavor_is_as_in_2_1_and_its_links_name_the_project()
    {
        var flavor =
            (await demo.GetJsonAsync(
                $"/v2/{demo.ProjectId}/flavors/42", ("X-OpenStack-Nova-API-Version", "2.75")))["flavor"]!;
        Assert.Equal(Plain, Keys(flavor));
        Assert.Equal($"{app.Address}v2/{demo.ProjectId}/flavors/42", (string)flavor["links"]![0]!["href"]!);
        Assert.Equal($"{app.Address}{demo.ProjectId}/flavors/42", (string)flavor["links"]![1]!["href"]!);
    }

    [Fact]
    public async Task Lists_come_whole_and_in_pages()
    {
        Assert.Equal(["1", "2", "3", "42", "84"], Ids(await demo.GetJsonAsync("/v2.1/flavors")));
        var page = await demo.GetJsonAsync("/v2.1/flavors/detail?limit=2&is_public=None");
        Assert.Equal(["1", "2"], Ids(page));
        var next = (string)page["flavors_links"]![0]!["href"]!;
        Assert.Equal($"{app.Address}v2.1/flavors/detail?is_public=None&limit=2&marker=2", next);
        Assert.Equal(["3", "42"], Ids(await demo.GetJsonAsync(new Uri(next).PathAndQuery)));
        Assert.Equal(["2", "3"], Ids(await demo.GetJsonAsync("/v2.1/flavors?minRam=1000&minDisk=20")));
        Assert.Equal(["3", "2", "1", "84", "42"],
            Ids(await demo.GetJsonAsync("/v2.1/flavors?sort_key=memory_mb&sort_dir=desc")));
        Assert.Empty(Ids(await demo.GetJsonAsync("/v2.1/flavors?limit=0")));
    }

    [Theory]
    [InlineData("/v2.1/flavors?limit=-1", 400)]
    [InlineData("/v2.1/flavors?limit=x", 400)]
    [InlineData("/v2.1/flavors?marker=77", 400)]
    [InlineData("/v2.1/flavors?minRam=x", 400)]
    [InlineData("/v2.1/flavors?unheard=of", 200)]
    [InlineData("/v2.1/flavors?is_public=maybe", 200)]
    [InlineData("/v2.1/flavors?sort_key=color", 400)]
    [InlineData("/v2.1/flavors/42/os-flavor-access", 403)]
    [InlineData("/v2.1/flavors/42/os-extra_specs/none", 404)]
    [InlineData("/v2.1/flavors/77", 404)]
    [InlineData("/v2.1/flavors/77/os-extra_specs", 404)]
    [InlineData("/v2.1/flavors/42/os-extra_specs", 200)]
    public async Task Invalid_requests_are_refused(string path, int status)
    {
        using var answer = await demo.GetAsync(path);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_missing_flavor_is_named()
    {
        using var answer = await demo.GetAsync("/v2.1/flavors/m1.nano");
        Assert.Equal("Flavor m1.nano could not be found.",
            (string)(await TestApp.JsonAsync(answer))["itemNotFound"]!["message"]!);
    }

    private async Task<JsonNode> ShowAsync(string version)
        => (await demo.GetJsonAsync("/v2.1/flavors/42", ("X-OpenStack-Nova-API-Version", version)))["flavor"]!;

    private static IEnumerable<string> Keys(JsonNode node) => node.AsObject().Select(pair => pair.Key);

    private static IEnumerable<string> Ids(JsonNode answer)
        => answer["flavors"]!.AsArray().Select(flavor => (string)flavor!["id"]!);
}

using System.Text;
using System.Text.Json.Nodes;
using Kiroku.Hypervisors;
using Kiroku.Nodes;
using Kiroku.Servers.Machines;
using Kiroku.Tests.Fakes;
using Kiroku.Tests.Networks;

namespace Kiroku.Tests.Servers;

/// <summary>What a creation may say of networks and groups where there is one network and one group.</summary>
public sealed class NetworkChoiceTests(NetworkCloud running) : IClassFixture<NetworkCloud>
{
    private const string Nobodys = "5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a";

    private Cloud Cloud => running.Cloud;

    [Theory]
    [InlineData(null, """ "networks":[{"uuid":"NETWORK"}] """)]
    [InlineData("2.37", """ "networks":[{"uuid":"NETWORK"}],"security_groups":[{"name":"default"}] """)]
    [InlineData("2.42", """ "networks":[{"uuid":"NETWORK","tag":"a"}] """)]
    [InlineData("2.96", """ "networks":"auto","security_groups":[{"name":"GROUP"}] """)]
    public async Task What_names_the_network_and_the_group_that_are_there_is_accepted(string? version, string wish)
    {
        var server = Guid.Parse((string)(await CreateAsync(wish, version, 202))["server"]!["id"]!);
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(server)).RunningAction is null);
        Assert.Single(await running.ListAsync($"ports?device_id={server}"));
    }

    [Theory]
    [InlineData(null, """ "networks":[{"uuid":"nonsense"}] """, 400,
        "Bad networks format: network uuid is not in proper format (nonsense)")]
    [InlineData(null, $$""" "networks":[{"uuid":"{{Nobodys}}"}] """, 400, $"Network {Nobodys} could not be found.")]
    [InlineData(null, """ "networks":[{"uuid":"NETWORK"},{"uuid":"NETWORK"}] """, 400,
        "This cloud's servers have one network card, and so are in one network.")]
    [InlineData(null, """ "networks":[{"uuid":"NETWORK","fixed_ip":"10.0.2.15"}] """, 400,
        "The address 10.0.2.15 cannot be chosen: network NETWORK gives its addresses out by itself.")]
    [InlineData(null, $$""" "networks":[{"port":"{{Nobodys}}"}] """, 400, $"Port id {Nobodys} could not be found.")]
    [InlineData(null, """ "networks":[{"port":"PORT"}] """, 409, "Port PORT is still in use.")]
    [InlineData(null, """ "networks":[{"port":"OTHERS"}] """, 400, "Port id OTHERS could not be found.")]
    [InlineData(null, """ "networks":[{"port":"PORT","fixed_ip":"10.0.2.15"}] """, 400,
        "Specified Fixed IP '10.0.2.15' cannot be used with port 'PORT': the two cannot be specified together.")]
    [InlineData(null, $$""" "security_groups":[{"name":"{{Nobodys}}"}] """, 400,
        $"Security group {Nobodys} not found for project PROJECT.")]
    public async Task What_is_not_there_is_refused_with_novas_words(
        string? version, string wish, int status, string message)
    {
        var before = (await Cloud.ServersAsync()).Count;
        var answer = await CreateAsync(wish, version, status);
        Assert.Equal(await FillAsync(message), (string)answer.First().Value!["message"]!);
        Assert.Equal(before, (await Cloud.ServersAsync()).Count);
    }

    [Fact]
    public async Task A_server_that_is_to_have_no_network_has_no_card_now_or_later()
    {
        var made = await CreateAsync(""" "networks":"none","config_drive":true """, "2.37", 202);
        var server = Guid.Parse((string)made["server"]!["id"]!);
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(server)).RunningAction is null);
        await AssertCardlessAsync(server);
        var drive = Cloud.Host.Volumes[Disks.ConfigOf(server, 1)].Written!;
        Assert.DoesNotContain("fa:16:3e", Encoding.UTF8.GetString(drive), StringComparison.Ordinal);

        await Cloud.App.Services.GetRequiredService<IGrainFactory>().GetGrain<Kiroku.Servers.IServerGrain>(server)
            .LookAtMachine();
        await Cloud.DoAsync(server, """{"reboot":{"type":"HARD"}}""");
        await Cloud.DoAsync(server, $$$"""{"rebuild":{"imageRef":"{{{Cloud.Image}}}"}}""");
        await AssertCardlessAsync(server);
    }

    [Fact]
    public async Task A_server_goes_to_a_host_that_has_the_network_it_asked_for()
    {
        var elsewhere = new HostNetwork(NetworkKind.Bridge, "lan");
        await OtherNodes.AddAsync(
            Cloud, OtherNodes.Of("elsewhere") with { Network = NetworkText.Write(elsewhere), Connected = false });
        var lan = (await running.ListAsync("networks?name=lan")).Single()!;
        Assert.Empty(lan["subnets"]!.AsArray());

        // The one host with that network does not answer, so there is none for it, and this one is not taken instead.
        var made = await CreateAsync($$""" "networks":[{"uuid":"{{lan["id"]}}"}] """, null, 202);
        var server = Guid.Parse((string)made["server"]!["id"]!);
        await Cloud.UntilAsync(async () => (await Cloud.ServerAsync(server)).RunningAction is null);
        Assert.Equal("No valid host was found.", (await Cloud.ServerAsync(server)).Fault!.Message);
    }

    private async Task AssertCardlessAsync(Guid server)
    {
        Assert.True(Cloud.Host.Machines[server].Spec.HasNoCard);
        var shown = await Cloud.Demo.GetJsonAsync($"/v2.1/servers/{server}");
        Assert.Equal("{}", shown["server"]!["addresses"]!.ToJsonString());
        Assert.Empty(await running.ListAsync($"ports?device_id={server}"));
    }

    private async Task<JsonObject> CreateAsync(string wish, string? version, int status)
    {
        var body = $$$"""
            {"server":{"name":"vm","flavorRef":"42","imageRef":"{{{Cloud.Image}}}",{{{await FillAsync(wish)}}}}}
            """;
        (string, string)[] headers = version is null ? [] : [("OpenStack-API-Version", $"compute {version}")];
        using var answer = await Cloud.Demo.PostAsync("/v2.1/servers", body, headers);
        var read = (await TestApp.JsonAsync(answer)).AsObject();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode} {read.ToJsonString()}");
        return read;
    }

    private async Task<string> FillAsync(string text)
    {
        var others = (await running.ListAsync("ports", running.Other))[0]!["id"];
        foreach (var (word, path) in new[]
            { ("NETWORK", "networks?name=isolated"), ("GROUP", "security-groups"),
                ("PORT", $"ports?device_id={running.Server}") })
            text = text.Replace(word, (string)(await running.ListAsync(path))[0]!["id"]!, StringComparison.Ordinal);
        return text.Replace("OTHERS", $"{others}", StringComparison.Ordinal).Replace(
            "PROJECT", Cloud.Demo.ProjectId, StringComparison.Ordinal);
    }
}

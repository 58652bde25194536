using Kiroku.Actions;
using Kiroku.Hypervisors;

namespace Kiroku.Tests.Servers;

public sealed class CreateBackupTests : IAsyncLifetime
{
    private Cloud cloud = null!;
    private Guid server;

    public async ValueTask InitializeAsync()
    {
        cloud = await Cloud.StartAsync(("Quotas:MetadataItems", "2"));
        server = await cloud.CreateServerAsync();
    }

    public ValueTask DisposeAsync() => cloud.DisposeAsync();

    [Theory]
    [InlineData("2.1")]
    [InlineData("2.45")]
    public async Task A_backup_is_an_image_of_its_type_and_is_recorded_as_by_nova(string version)
    {
        using var answer = await AskAsync("""{"createBackup":{"name":"Backup 1","backup_type":"daily","rotation":1}}""", version);

        Assert.Equal(202, (int)answer.StatusCode);
        var id = version == "2.1" ? answer.Headers.Location!.OriginalString.Split('/')[^1]
            : (string)(await TestApp.JsonAsync(answer))["image_id"]!;
        var ended = await cloud.EndedAsync(server, answer.Headers.GetValues("x-compute-request-id").Single());
        Assert.Equal(("createBackup", null), (ended.Action.Action, ended.Action.Message));
        var step = Assert.Single(ended.Events);
        Assert.Equal(("compute_backup_instance", EventResults.Success), (step.Event, step.Result));
        var image = await cloud.Demo.GetJsonAsync($"/image/v2/images/{id}");
        Assert.Equal(("Backup 1", "active", "backup", "daily", server.ToString()),
            (Text("name"), Text("status"), Text("image_type"), Text("backup_type"), Text("instance_uuid")));
        Assert.Equal(1L << 30, (long)image["virtual_size"]!);
        await cloud.AssertWholeAsync(server);

        string Text(string key) => (string)image[key]!;
    }

    [Fact]
    public async Task The_oldest_backups_of_the_type_beyond_the_rotation_are_deleted()
    {
        await BackUpAsync("weekly", 1, "w1");
        await cloud.DoAsync(server, """{"createImage":{"name":"snap","metadata":{"backup_type":"daily"}}}""");
        foreach (var name in new[] { "d1", "d2", "d3" })
            await BackUpAsync("daily", 2, name);
        Assert.Equal(["d2", "d3", "snap", "w1"], await NamesAsync());

        await BackUpAsync("daily", 1, "d4");
        Assert.Equal(["d4", "snap", "w1"], await NamesAsync());

        using var answer = await AskAsync("""{"createBackup":{"name":"d5","backup_type":"daily","rotation":"0"}}""", "2.1");
        Assert.Null(answer.Headers.Location);
        Assert.Null((await cloud.EndedAsync(
            server, answer.Headers.GetValues("x-compute-request-id").Single())).Action.Message);
        Assert.Equal(["snap", "w1"], await NamesAsync());
        await cloud.AssertWholeAsync(server);
    }

    [Fact]
    public async Task A_protected_backup_and_another_servers_stay()
    {
        var other = await cloud.CreateServerAsync();
        await cloud.DoAsync(other, """{"createBackup":{"name":"others","backup_type":"daily","rotation":1}}""");
        await BackUpAsync("daily", 5, "kept");
        var kept = (await cloud.Demo.GetJsonAsync("/image/v2/images?name=kept"))["images"]![0]!["id"]!;
        using var patch = new StringContent(
            """[{"op":"replace","path":"/protected","value":true}]""",
            new System.Net.Http.Headers.MediaTypeHeaderValue("application/openstack-images-v2.1-json-patch"));
        using var answer = await cloud.App.SendAsync(
            HttpMethod.Patch, $"/image/v2/images/{kept}", cloud.Demo.Token, patch);
        Assert.Equal(200, (int)answer.StatusCode);

        await BackUpAsync("daily", 1, "newest");

        Assert.Equal(["kept", "newest", "others"], await NamesAsync());
    }

    [Fact]
    public async Task A_failed_backup_leaves_no_image_and_deletes_none()
    {
        await BackUpAsync("daily", 1, "first");
        cloud.Hypervisor.Before = operation => operation == "export"
            ? throw new HypervisorException(HypervisorFailure.Failed, "read the disk", "broken") : Task.CompletedTask;
        Assert.Equal("Error", (await cloud.DoAsync(
            server, """{"createBackup":{"name":"second","backup_type":"daily","rotation":1}}""")).Action.Message);
        Assert.Equal(["first"], await NamesAsync());
        await cloud.AssertWholeAsync(server);
    }

    [Theory]
    [InlineData("2.1", "{}", 400, "'name' is a required property")]
    [InlineData("2.1", """{"name":"b","rotation":1}""", 400, "'backup_type' is a required property")]
    [InlineData("2.1", """{"name":"b","backup_type":"daily"}""", 400, "'rotation' is a required property")]
    [InlineData("2.1", """{"name":"b","backup_type":7,"rotation":1}""", 400, "7 is not of type 'string'")]
    [InlineData("2.1", """{"name":"b","backup_type":"daily","rotation":-1}""", 400, "-1 is less than the minimum of 0")]
    [InlineData("2.1", """{"name":"b","backup_type":"daily","rotation":"x"}""", 400, "'x' does not match '^[0-9]*$'")]
    [InlineData("2.1", """{"name":"b","backup_type":"daily","rotation":1,"now":1}""", 400, "('now' was unexpected)")]
    [InlineData("2.38", """{"name":"b","backup_type":"daily","rotation":1,"metadata":{"a":"1","b":"2","c":"3"}}""", 403,
        "Image metadata limit exceeded")]
    public async Task A_wrong_body_is_refused(string version, string body, int status, string message)
    {
        using var answer = await AskAsync($$"""{"createBackup":{{body}}}""", version);
        var fault = (await TestApp.JsonAsync(answer)).AsObject().Single().Value!;
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(message, (string)fault["message"]!, StringComparison.Ordinal);
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task From_2_39_on_metadata_are_not_counted()
    {
        using var counted = await AskAsync(
            """{"createImage":{"name":"snap","metadata":{"a":"1","b":"2","c":"3"}}}""", "2.38");
        using var answer = await AskAsync(
            """{"createImage":{"name":"snap","metadata":{"a":"1","b":"2","c":"3"}}}""", "2.39");
        Assert.Equal((202, 403), ((int)answer.StatusCode, (int)counted.StatusCode));
    }

    private Task<RecordedAction> BackUpAsync(string type, int rotation, string name) => cloud.DoAsync(
        server, $$$"""{"createBackup":{"name":"{{{name}}}","backup_type":"{{{type}}}","rotation":{{{rotation}}}}}""");

    private Task<HttpResponseMessage> AskAsync(string body, string version) => cloud.Demo.PostAsync(
        $"/v2.1/servers/{server}/action", body, ("OpenStack-API-Version", $"compute {version}"));

    /// <summary>The names of the images that were made of servers.</summary>
    private async Task<IEnumerable<string>> NamesAsync()
        => (await cloud.Demo.GetJsonAsync("/image/v2/images"))["images"]!.AsArray()
            .Where(image => image!["instance_uuid"] is not null).Select(image => (string)image!["name"]!)
            .Order(StringComparer.Ordinal);
}

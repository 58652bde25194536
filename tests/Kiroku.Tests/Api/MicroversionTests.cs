using Kiroku.Api;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Api;

public sealed class MicroversionTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string New = "OpenStack-API-Version";
    private const string Old = "X-OpenStack-Nova-API-Version";

    [Theory]
    [InlineData("compute 2.51", null, "2.51")]
    [InlineData(null, "2.51", "2.51")]
    [InlineData("compute latest", null, "2.96")]
    [InlineData(null, "latest", "2.96")]
    [InlineData(null, null, "2.1")]
    [InlineData("compute 2.60", "2.51", "2.60")]
    [InlineData("volume 3.0", "2.51", "2.51")]
    [InlineData("volume 3.0, compute 2.60", null, "2.60")]
    [InlineData("compute 2.60, compute 2.61, identity 3.1", null, "2.61")]
    [InlineData("COMPUTE  2.60", null, "2.60")]
    [InlineData("compute", "2.51", "2.51")]
    [InlineData("2.60", null, "2.1")]
    [InlineData(null, "2.9, 2.10", "2.10")]
    public async Task The_answer_speaks_the_version_asked_for(string? asked, string? askedOld, string version)
    {
        using var answer = await GetAsync("/v2.1/servers", asked, askedOld);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal($"compute {version}", answer.Headers.GetValues(New).Single());
        Assert.Equal(version, answer.Headers.GetValues(Old).Single());
        Assert.Equal([New, Old], answer.Headers.GetValues("Vary"));
    }

    [Theory]
    [InlineData("2.9999")]
    [InlineData("2.97")]
    [InlineData("2.0")]
    [InlineData("1.1")]
    [InlineData("3.0")]
    [InlineData("2.99999999999999999999")]
    public async Task A_version_out_of_range_is_not_acceptable(string version)
    {
        using var answer = await GetAsync("/v2.1/servers", $"compute {version}", null);
        Assert.Equal(406, (int)answer.StatusCode);
        Assert.Equal(
            $"Version {version} is not supported by the API. Minimum is 2.1 and maximum is {Microversion.Maximum}.",
            (string)(await TestApp.JsonAsync(answer))["computeFault"]!["message"]!);
        Assert.Equal($"compute {version}", answer.Headers.GetValues(New).Single());
    }

    [Theory]
    [InlineData("2.01")]
    [InlineData("2")]
    [InlineData("2.1.1")]
    [InlineData("two")]
    [InlineData("0.1")]
    [InlineData("02.1")]
    [InlineData("-2.1")]
    [InlineData("2.1 2.2")]
    [InlineData("LATEST")]
    public async Task An_invalid_version_is_refused(string version)
    {
        using var answer = await GetAsync("/v2.1/servers", $"compute {version}", null);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal($"API Version String {version} is of invalid format. Must be of format MajorNum.MinorNum.",
            (string)(await TestApp.JsonAsync(answer))["badRequest"]!["message"]!);
        Assert.False(answer.Headers.Contains(New));
    }

    [Theory]
    [InlineData("/v2/PROJECT/servers")]
    [InlineData("/v2/servers")]
    public async Task Under_v2_there_are_no_versions(string path)
    {
        using var answer = await GetAsync(
            path.Replace("PROJECT", running.Cloud.Demo.ProjectId, StringComparison.Ordinal), "compute 2.9999",
            "nonsense");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains(New));
        Assert.False(answer.Headers.Contains(Old));
        Assert.False(answer.Headers.Contains("Vary"));
        Assert.True(answer.Headers.Contains("x-compute-request-id"));
    }

    [Fact]
    public async Task The_version_document_names_the_range()
    {
        using var answer = await running.Cloud.App.SendAsync(HttpMethod.Get, "/v2.1/");
        var version = (await TestApp.JsonAsync(answer))["version"]!;
        Assert.Equal(
            ("2.1", Microversion.Maximum.ToString()), ((string)version["min_version"]!, (string)version["version"]!));
    }

    private Task<HttpResponseMessage> GetAsync(string path, string? asked, string? askedOld)
    {
        var headers = new List<(string, string)>();
        if (asked is not null)
            headers.Add((New, asked));
        if (askedOld is not null)
            headers.Add((Old, askedOld));
        return running.Cloud.Demo.GetAsync(path, [.. headers]);
    }
}

using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Api;

/// <summary>
/// The form of an error's body by the header Accept, as WebOb 1.8 answers it, which Glance and Nova's router stand on.
/// </summary>
public sealed class FaultBodiesTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Image = "/image/v2/images/11111111-2222-3333-4444-555555555555";
    private const string NoImage = "No image found with ID 11111111-2222-3333-4444-555555555555";

    private const string Page = """
        <html>
         <head>
          <title>404 Not Found</title>
         </head>
         <body>
          <h1>404 Not Found</h1>
          MESSAGE<br /><br />



         </body>
        </html>
        """;

    private const string Json =
        """{"message":"MESSAGE<br /><br />\n\n\n","code":"404 Not Found","title":"Not Found"}""";

    [Theory]
    [InlineData(null, "text/html")]
    [InlineData("*/*", "text/html")]
    [InlineData("text/html", "text/html")]
    [InlineData("text/*", "text/html")]
    [InlineData("application/json, text/plain, */*", "text/html")]
    [InlineData("garbage", "text/html")]
    [InlineData("application/json", "application/json")]
    [InlineData("Application/JSON; charset=utf-8", "application/json")]
    [InlineData("application/*", "application/json")]
    [InlineData("application/json;q=0.5, */*;q=0.4", "application/json")]
    [InlineData("text/html;q=0, */*", "application/json")]
    [InlineData("text/plain", "text/plain")]
    [InlineData("application/xml", "text/plain")]
    [InlineData("application/json;q=0", "text/plain")]
    public async Task Glance_and_novas_router_answer_errors_in_the_form_that_is_preferred(string? accept, string type)
    {
        foreach (var (path, message) in new[]
            { (Image, NoImage), ("/v2.1/nonsense", "The resource could not be found.") })
        {
            using var answer = await GetAsync(path, accept, running.Cloud.Demo.Token);
            var body = type switch
            {
                "text/html" => Page,
                "application/json" => Json,
                _ => "404 Not Found\n\nMESSAGE\n\n   ",
            };
            Assert.Equal((404, type), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
            Assert.Equal(body.Replace("MESSAGE", message, StringComparison.Ordinal), await TextAsync(answer));
            Assert.Equal(["Accept"], answer.Headers.Vary);
        }
    }

    [Theory]
    [InlineData("/v2.1/servers/11111111-2222-3333-4444-555555555555")]
    [InlineData("/identity/v3/users/nobody")]
    [InlineData("/identity/v3/nonsense")]
    public async Task Nova_and_keystone_answer_errors_as_json_whatever_is_preferred(string path)
    {
        foreach (var accept in new[] { null, "*/*", "text/html" })
        {
            using var answer = await GetAsync(path, accept, running.Cloud.Admin.Token);
            Assert.Equal(
                (404, "application/json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        }
    }

    [Fact]
    public async Task A_page_shows_what_a_caller_wrote_as_text()
    {
        using var answer = await GetAsync("/image/v2/images?sort_key=%3Cb%3E", "*/*", running.Cloud.Demo.Token);
        var page = await TextAsync(answer);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("&lt;b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/identity/v3/nonsense", 404)]
    [InlineData("GET", "/identity/nonsense", 404)]
    [InlineData("GET", "/identity/v3/users", 401)]
    [InlineData("GET", "/v2.1/nonsense", 401)]
    [InlineData("GET", "/image/v2/nonsense", 401)]
    public async Task A_stranger_learns_only_of_keystone_which_paths_lead_nowhere(
        string method, string path, int expected)
    {
        using var answer = await running.Cloud.App.SendAsync(new HttpMethod(method), path);
        Assert.Equal(expected, (int)answer.StatusCode);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? accept, string token)
    {
        using var http = new HttpClient { BaseAddress = running.Cloud.App.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Auth-Token", token);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static Task<string> TextAsync(HttpResponseMessage answer)
        => answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}

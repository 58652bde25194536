using System.Data.Common;
using System.Web;
using Dapper;
using Kiroku.Storage;
using Kiroku.Tests.Webhooks;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Ui;

/// <summary>A service that makes links which sign a browser in, with the test's time and log.</summary>
public abstract class SignInLinkScenario : IAsyncLifetime
{
    private protected const string Links = "/ui/sign-in/links";
    private protected const string Link = "/ui/sign-in/link";

    private readonly string folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;

    private protected FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    private protected LogLines Log { get; } = new();

    private protected TestApp App { get; set; } = null!;

    private protected TestUser Demo { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        App = await StartAsync();
        Demo = await App.SignInAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected Task<TestApp> StartAsync() => TestApp.StartAsync(builder =>
    {
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(Log);
    }, folder);

    private protected static async Task<string> MakeAsync(TestUser user, string? json = null)
    {
        var (status, body) = await user.AskAsync("POST", Links, json);
        Assert.Equal(201, status);
        return PathOf((string)body!["url"]!);
    }

    private protected static string PathOf(string url) => new Uri(url).PathAndQuery;

    private protected static string SecretOf(string link)
        => HttpUtility.ParseQueryString(link.Split('?')[1])["secret"]!;

    private protected Task<long> CountAsync()
        => ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM sign_in_links"));

    private protected Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read)
        => App.Services.GetRequiredService<IDatabase>().ReadAsync(read, TestContext.Current.CancellationToken);

    private protected static void AssertGone(ShownPage page)
    {
        Assert.Equal(410, page.Status);
        Assert.Equal("This link no longer works", page.Find("h1").TextContent);
        Assert.Contains("/ui/sign-in", page.Find("main a.button").GetAttribute("href"), StringComparison.Ordinal);
    }
}

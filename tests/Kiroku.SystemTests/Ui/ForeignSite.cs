namespace Kiroku.SystemTests.Ui;

/// <summary>
/// A page of somebody else's, at another port of the same machine: a foreign origin to browsers, and still one to which
/// they send the same cookies.
/// </summary>
internal sealed class ForeignSite : IAsyncDisposable
{
    private readonly WebApplication app;

    private ForeignSite(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.Single());

    /// <summary>Serves a page, and below <c>/inner</c> one that anybody may frame.</summary>
    public static async Task<ForeignSite> StartAsync(string page)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = new ForeignSite(builder.Build());
        site.app.MapGet("/", () => Results.Content(page, "text/html"));
        site.app.MapGet("/inner", () => Results.Content("<!DOCTYPE html><p>inner", "text/html"));
        await site.app.StartAsync(TestContext.Current.CancellationToken);
        return site;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

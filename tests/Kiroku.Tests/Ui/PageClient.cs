using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Kiroku.Tests.Ui;

/// <summary>A browser without scripts: it keeps cookies, reads pages and sends their forms.</summary>
internal sealed class PageClient : IDisposable
{
    private readonly HttpClient http;

    public PageClient(TestApp app, string language = "en")
    {
        App = app;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies };
        http = new HttpClient(LargeBodies.WaitForAWord(handler))
        {
            BaseAddress = app.Address,
            DefaultRequestHeaders = { { "Accept", "text/html" }, { "Accept-Language", language } },
        };
    }

    public TestApp App { get; }

    public CookieContainer Cookies { get; } = new();

    /// <summary>Signs in, as by hand.</summary>
    public static async Task<PageClient> SignInAsync(
        TestApp app, string name = "demo", string? project = null, string language = "en")
    {
        var client = new PageClient(app, language);
        var form = await client.GetAsync("/ui/sign-in");
        var answer = await client.SubmitAsync(form, "/ui/sign-in",
            ("user", name), ("password", PasswordOf(app, name)), ("project", project ?? name));
        Assert.Equal((303, "/ui"), (answer.Status, answer.Location));
        return client;
    }

    /// <summary>People who were added have demo's password.</summary>
    public static string PasswordOf(TestApp app, string name) => app.PasswordOf(name == "admin" ? name : "demo");

    public Task<ShownPage> GetAsync(string path, params (string Name, string Value)[] headers)
        => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), headers);

    public Task<ShownPage> PostAsync(
        string path, IEnumerable<(string Name, string Value)> fields, params (string Name, string Value)[] headers)
        => SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        }, headers);

    /// <summary>Sends the form of a page that leads to an address, with what it holds and what is typed.</summary>
    public Task<ShownPage> SubmitAsync(ShownPage page, string action, params (string Name, string Value)[] typed)
        => PostAsync(action, page.Fill(action, typed), ("Sec-Fetch-Site", "same-origin"));

    public void Dispose() => http.Dispose();

    private async Task<ShownPage> SendAsync(HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        using (request)
        {
            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            var headersOf = answer.Headers.Concat(answer.Content.Headers)
                .ToDictionary(header => header.Key, header => header.Value.ToArray(), StringComparer.OrdinalIgnoreCase);
            return new ShownPage((int)answer.StatusCode, headersOf,
                await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }
}

/// <summary>An answer below /ui.</summary>
internal sealed record ShownPage(int Status, IReadOnlyDictionary<string, string[]> Headers, string Html)
{
    private IHtmlDocument? document;

    public IHtmlDocument Document => document ??= new HtmlParser().ParseDocument(Html);

    public string? Location => Headers.TryGetValue("Location", out var values) ? values.Single() : null;

    /// <summary>What a reader sees of the content, with single spaces.</summary>
    public string Text => string.Join(' ', Document.QuerySelector("main")!.TextContent.Split(
        (char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public string Header(string name) => string.Join(", ", Headers.GetValueOrDefault(name, []));

    public IElement Find(string selector)
        => Document.QuerySelector(selector) ?? throw new InvalidOperationException($"{selector} is not in {Html}");

    public IHtmlFormElement Form(string action)
        => Document.QuerySelectorAll<IHtmlFormElement>("form").First(
            form => form.GetAttribute("action")!.Split('?')[0] == action.Split('?')[0]);

    public IEnumerable<(string Name, string Value)> Fill(string action, (string Name, string Value)[] typed)
        => Form(action).QuerySelectorAll<IHtmlInputElement>("input")
            .Where(input => input.Name is { Length: > 0 } name && typed.All(field => field.Name != name)
                && (input.Type is not ("checkbox" or "radio") || input.IsChecked))
            .Select(input => (input.Name!, input.Value))
            .Concat(Others(action).Where(field => typed.All(other => other.Name != field.Name))).Concat(typed);

    private IEnumerable<(string Name, string Value)> Others(string action)
        => Form(action).QuerySelectorAll<IHtmlSelectElement>("select").Select(field => (field.Name!, field.Value ?? ""))
            .Concat(Form(action).QuerySelectorAll<IHtmlTextAreaElement>("textarea")
                .Select(field => (field.Name!, field.Value)));
}

using System.Text.Json.Nodes;
using Kiroku.Tests.Actions.Live.Streams;

namespace Kiroku.Tests.Actions.Live.Description;

/// <summary>Compares answers with what the description says of them.</summary>
internal static class DescribedAnswers
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Checks status, headers, form and fields of an answer.</summary>
    public static async Task CheckAsync(
        this ApiDescription api, Operation operation, int status, HttpResponseMessage answer)
    {
        Assert.True(status == (int)answer.StatusCode, $"{operation.Name}: {(int)answer.StatusCode}, not {status}");
        var described = operation.Description["responses"]![$"{status}"]!;
        Assert.All(described["headers"]?.AsObject() ?? [],
            header => Assert.True(answer.Headers.Contains(header.Key), $"{operation.Name} {status}: {header.Key}"));
        if (described["content"] is not JsonObject forms)
        {
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Token));
            return;
        }
        var form = $"{answer.Content.Headers.ContentType}";
        var schema = forms[form]?["schema"];
        Assert.True(schema is not null, $"{operation.Name} {status}: {form} is not described");
        if (operation.Path == StreamClient.Path && form == StreamClient.Lines)
            await CheckLinesAsync(api, schema, answer);
        else if (form.EndsWith("json", StringComparison.Ordinal) && form != StreamClient.Lines)
            api.Check(schema, await TestApp.JsonAsync(answer));
    }

    /// <summary>A bookmark and some actions.</summary>
    private static async Task CheckLinesAsync(ApiDescription api, JsonNode schema, HttpResponseMessage answer)
    {
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        for (var line = 0; line < 4; line++)
            api.Check(schema, JsonNode.Parse((await lines.ReadLineAsync(Token))!));
    }
}

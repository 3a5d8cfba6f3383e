-- A user in Neovim: opens a file, sees a finding, hovers, shows hints, fixes, types, sees another finding.
-- Arguments: the command of the server as JSON, a file. Tells what was seen as JSON; ends with 3 when something is not seen in time.
local command, file = vim.json.decode(arg[1]), arg[2]
local seen = { version = tostring(vim.version()) }

local function wait(what, holds)
  if not vim.wait(20000, holds, 20) then
    io.stderr:write("not seen: " .. what .. "\n")
    vim.cmd("cquit 3")
  end
end

vim.cmd.edit(vim.fn.fnameescape(file))
vim.bo.filetype = "python"
local buffer = vim.api.nvim_get_current_buf()
local id = assert(vim.lsp.start({ name = "trainlint", cmd = command, root_dir = vim.fs.dirname(file) }, { bufnr = buffer }))
local client = vim.lsp.get_client_by_id(id)

local function findings()
  local found = vim.tbl_map(function(finding)
    return { line = finding.lnum, column = finding.col, code = finding.code, source = finding.source }
  end, vim.diagnostic.get(buffer))
  table.sort(found, function(a, b) return a.line < b.line end)
  return found
end

wait("a finding", function() return #findings() > 0 end)
seen.encoding = client.offset_encoding
seen.pulls = client:supports_method("textDocument/diagnostic")
seen.first = findings()

vim.api.nvim_win_set_cursor(0, { seen.first[1].line + 1, seen.first[1].column })
vim.lsp.buf.hover()
local float
wait("the window of a hover", function()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      float = window
      return true
    end
  end
end)
seen.hover = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float), 0, -1, false)
vim.api.nvim_win_close(float, true)

vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
wait("hints", function() return #vim.lsp.inlay_hint.get({ bufnr = buffer }) > 0 end)
seen.hints = vim.tbl_map(function(hint) return hint.inlay_hint.label end, vim.lsp.inlay_hint.get({ bufnr = buffer }))

vim.lsp.buf.code_action({ apply = true, filter = function(action) return vim.startswith(action.title, "Write") end })
wait("the text after the fix", function()
  return vim.api.nvim_buf_get_lines(buffer, seen.first[1].line, seen.first[1].line + 1, false)[1]:find("1e-3", 1, true)
end)
wait("no finding after the fix", function() return #findings() == 0 end)
seen.fixed = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)

local line = seen.first[1].line
local text = vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1]
vim.api.nvim_buf_set_lines(buffer, line, line, false, { "# \xF0\x9F\x98\x8E a line more" })
vim.api.nvim_buf_set_text(buffer, line + 1, text:find("1e-3", 1, true) - 1, line + 1, text:find("1e-3", 1, true) + 3, { "1e-9" })
wait("a finding after typing", function() return #findings() == 1 end)
seen.last = findings()

client:stop()
wait("the end of the server", function() return client:is_stopped() end)
io.stdout:write(vim.json.encode(seen) .. "\n")
